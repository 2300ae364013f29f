package broadcast

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"sixtwenty/audio"
	"sixtwenty/bot"
	"sixtwenty/store"
)

// The folders are looked at when the program tells that something in them changed, when the owner asks for the queue, and every
// so often in any case. What lies in the queue's is put at the end of the queue and then moved to taken/
// below it; what is no recording is moved to refused/, with a word to the owner. A file is moved only after the commit that
// holds what became of it, so that a crash takes none twice and loses none.

const (
	workScan, workFile, workTidy = "scan", "file", "tidy"
	timerScan                    = "scan"

	scanEvery = 6 * time.Hour
	// settled is how long a file must have been left alone: it may still be written.
	settled  = 5 * time.Second
	maxFiles = 500 // looked at in one folder
)

const (
	takenTo   = "taken"
	refusedTo = "refused"
)

// A stamp is one state of a file.
type stamp struct {
	Name  string    `json:"name"`
	Queue bool      `json:"queue,omitempty"` // it lies in the queue's folder
	Size  int64     `json:"size"`
	Mod   time.Time `json:"mod"`
}

func (s stamp) key() string {
	if s.Queue {
		return "queue/" + s.Name
	}
	return s.Name
}

// A fileRow says that a file was dealt with as it is.
type fileRow struct{ stamp }

// A seen is what lies in the folders.
type seen struct {
	Files []stamp `json:"files"`
}

var (
	textFromFolder = bot.Text{ZH: "文件夹里的「%s」排好了，第 %d 条，%.1f 秒，%s 播出。", EN: "“%s” of the folder is queued as number %d: %.1f seconds, on air %s."}
	textUploaded   = bot.Text{ZH: "「%s」排好了，第 %d 条，%.1f 秒，%s 播出。", EN: "“%s” is queued as number %d: %.1f seconds, on air %s."}
	textLonger     = bot.Text{ZH: "比 60 秒长，也能播。", EN: " It is longer than 60, which is fine."}
	textBadFile    = bot.Text{ZH: "「%s」收不了：%s", EN: "“%s” cannot be taken: %s"}
	textMovedAway  = bot.Text{ZH: "文件挪到 refused 文件夹了。", EN: " The file was moved to the folder refused."}
	textNotMoved   = bot.Text{ZH: "「%s」已经处理了，但挪不走，请看看文件夹的权限。", EN: "“%s” is dealt with but cannot be moved; see the rights of the folder."}
)

// signedIn begins the rounds through the folders.
func signedIn(_ context.Context, c *bot.Call) error { return scanNow(c) }

// scanNow looks at the folders, now and from now on.
func scanNow(c *bot.Call) error {
	s := bot.Settings[Settings](c)
	if err := c.Work(workScan, "all", request{Set: Settings{Folder: s.Folder, Queue: s.Queue}}); err != nil {
		return err
	}
	here := c.Event.Chat
	c.Event.Chat = bot.Chat{} // one round for the account, wherever it was asked for
	defer func() { c.Event.Chat = here }()
	return c.SetTimer(c.Now.Add(scanEvery), timerScan, "all", nil)
}

func scanAgain(_ context.Context, c *bot.Call) error { return scanNow(c) }

// scan lists the recordings that lie in the folders.
func scan(_ context.Context, w bot.Work) (any, error) {
	var ask request
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	var all seen
	for queue, folder := range map[bool]string{true: ask.Set.Queue, false: ask.Set.Folder} {
		if folder == "" {
			continue
		}
		list, err := recordings(folder)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			f.Queue = queue
			all.Files = append(all.Files, f)
		}
	}
	return all, nil
}

func recordings(folder string) (list []stamp, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading a voice folder: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !isRecording(e) || time.Since(info.ModTime()).Abs() < settled {
			continue
		}
		if list = append(list, stamp{Name: e.Name(), Size: info.Size(), Mod: info.ModTime().UTC()}); len(list) == maxFiles {
			break
		}
	}
	return list, nil
}

// scanned has a look taken at what is new.
func scanned(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err // the log has it, and the next round is set
	}
	var all seen
	var ask request
	if err := errors.Join(done.Into(&all), json.Unmarshal(done.Asked, &ask)); err != nil {
		return err
	}
	q, err := readQueue(c.Tx)
	if err != nil {
		return err
	}
	there, room := map[string]bool{}, maxQueue-q.len()
	for _, f := range all.Files {
		there[f.key()] = true
		was, known, err := files.Get(c.Tx, f.key())
		if err != nil {
			return err
		}
		if known && was.Size == f.Size && was.Mod.Equal(f.Mod) {
			continue
		}
		if f.Queue {
			if room--; room < 0 { // its turn comes when there is room
				continue
			}
		}
		if err := c.Work(workFile, f.key(), fileRequest{f, ask.Set}); err != nil {
			return err
		}
	}
	return forgetFiles(c, there)
}

// forgetFiles drops the rows of files that are gone.
func forgetFiles(c *bot.Call, there map[string]bool) error {
	var gone []string
	for row, err := range files.Scan(c.Tx, store.Range{Limit: 2 * maxFiles}) {
		if err != nil {
			return err
		}
		if !there[row.Value.key()] {
			gone = append(gone, row.Value.key())
		}
	}
	for _, key := range gone {
		if err := files.Delete(c.Tx, key); err != nil {
			return err
		}
	}
	return nil
}

// A fileRequest is one file to look at.
type fileRequest struct {
	File stamp    `json:"file"`
	Set  Settings `json:"set"`
}

func (l fileRequest) folder() string {
	if l.File.Queue {
		return l.Set.Queue
	}
	return l.Set.Folder
}

// takeFile reads one file: one of the queue is made ready, of any other it is only known whether it can be.
func takeFile(ctx context.Context, w bot.Work) (any, error) {
	var ask fileRequest
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	folder := os.DirFS(ask.folder())
	data, err := read(folder, ask.File.Name, maxVoice)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return taking{Gone: true}, nil
	case wrong(err) != "":
		return taking{Wrong: wrong(err)}, nil
	case err != nil:
		return nil, err
	}
	var t taking
	if ask.File.Queue {
		t.recording, err = ready(ctx, w, data, true)
		t.notes = notesBeside(folder, ask.File.Name)
		stem := strings.TrimSuffix(ask.File.Name, path.Ext(ask.File.Name))
		t.Title = cutTo(cmp.Or(t.Title, strings.TrimSpace(stem)), maxTitle)
	} else {
		_, err = audio.Probe(data)
	}
	if word := wrong(err); word != "" {
		return taking{Wrong: word}, nil
	}
	return t, err
}

// tookFile queues a file, or tells the owner why not.
func tookFile(_ context.Context, c *bot.Call) error {
	var done bot.Done
	var t taking
	var ask fileRequest
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err // it is looked at again in the next round
	}
	if err := errors.Join(done.Into(&t), json.Unmarshal(done.Asked, &ask)); err != nil || t.Gone {
		return err
	}
	if err := files.Put(c.Tx, fileRow{ask.File}, ask.File.key()); err != nil {
		return err
	}
	switch {
	case t.Wrong != "":
		why := c.T(refusals()[t.Wrong].text) + c.T(textMovedAway)
		if err := c.TellOwners(textBadFile, bot.CleanName(ask.File.Name), why); err != nil {
			return err
		}
		return c.Work(workTidy, ask.File.key(), tidying{ask, refusedTo})
	case !ask.File.Queue:
		return nil
	}
	if err := enlist(c, t, ask.File.Name, textFromFolder); err != nil {
		return err
	}
	return c.Work(workTidy, ask.File.key(), tidying{ask, takenTo})
}

// enlist puts what the owner gave through a folder or the console into the queue, and tells them.
func enlist(c *bot.Call, t taking, name string, said bot.Text) error {
	it, err := enqueue(c.Tx, item{
		Sum: t.Sum, Ext: t.Ext, Length: t.Length, Added: c.Now, Title: t.Title, Cover: t.Cover, Keyword: t.Keyword, Text: t.Text,
	})
	if err != nil {
		return err
	}
	place, when, err := placeOf(c, it.ID)
	if err != nil {
		return err
	}
	more := ""
	if it.Length > advised+spare {
		more = c.T(textLonger)
	}
	return c.TellOwners(bot.Text{ZH: said.ZH + "%s", EN: said.EN + "%s"}, bot.CleanName(name), place, it.Length.Seconds(), when, more)
}

// A tidying moves one file to a folder below its own.
type tidying struct {
	fileRequest
	To string `json:"to"`
}

// tidy moves a recording and the text beside it. What is there already under that name is not overwritten.
func tidy(_ context.Context, w bot.Work) (any, error) {
	var t tidying
	if err := json.Unmarshal(w.Data, &t); err != nil {
		return nil, bot.Permanent(err)
	}
	to := filepath.Join(t.folder(), t.To)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return nil, bot.Permanent(err)
	}
	stem := strings.TrimSuffix(t.File.Name, path.Ext(t.File.Name))
	for _, name := range []string{stem + ".txt", t.File.Name} { // the recording last: while it is there, it is dealt with
		err := os.Rename(filepath.Join(t.folder(), name), free(filepath.Join(to, name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, bot.Permanent(err)
		}
	}
	return nil, nil
}

// free is a name that no file has yet.
func free(name string) string {
	ext := filepath.Ext(name)
	stem, got := strings.TrimSuffix(name, ext), name
	for n := 2; ; n++ {
		if _, err := os.Lstat(got); err != nil {
			return got
		}
		got = fmt.Sprintf("%s-%d%s", stem, n, ext)
	}
}

// tidied tells the owner of a file that could not be moved; its row keeps it from being taken again.
func tidied(_ context.Context, c *bot.Call) error {
	var done bot.Done
	var t tidying
	if err := c.Decode(&done); err != nil {
		return err
	}
	if err := json.Unmarshal(done.Asked, &t); err != nil {
		return err
	}
	if done.Error != "" {
		return c.TellOwners(textNotMoved, bot.CleanName(t.File.Name))
	}
	return files.Delete(c.Tx, t.File.key())
}
