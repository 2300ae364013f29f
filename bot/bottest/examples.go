package bottest

import (
	"testing"

	"sixtwenty/bot"
)

// Examples runs every Example of every command as a test: in a fresh world, said by somebody who may, where it works.
func Examples(t *testing.T, opts Options) {
	for _, f := range opts.Features {
		for _, cmd := range f.Commands {
			for _, e := range cmd.Examples {
				t.Run(f.Name+"/"+e.Say, func(t *testing.T) {
					Run(t, opts, func(w *World) { example(w, cmd, e) })
				})
			}
		}
	}
}

func example(w *World, cmd bot.Command, e bot.Example) {
	w.T.Helper()
	said := w.Says
	if cmd.Where == bot.InPrivate {
		said = w.Private
	}
	who := "小明"
	if cmd.Who > bot.Everyone {
		who = accountName
	}
	got := said(who, e.Say)
	switch {
	case e.Reply == "" && len(got) > 0:
		w.T.Fatalf("%s is answered %q, expected silence", e.Say, got)
	case e.Reply != "" && (len(got) == 0 || !Matches(e.Reply, got[0])):
		w.T.Fatalf("%s is answered %q, expected %q", e.Say, got, e.Reply)
	}
}
