package people

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A person's own code proves that somebody who seems new is who they were: after a new sign-in, or with another account. It
// moves what they did, never a role.
const (
	codesOf = store.Table[string]("people/codes")        // person
	codesBy = store.Table[bot.PersonID]("people/claims") // code

	codeLength = 7
)

func claims() []bot.Command {
	return []bot.Command{{
		Name: "认领", Aliases: []string{"claim"}, Args: "<我的码>", Where: bot.InPrivate, Secret: true,
		Summary:  bot.Text{ZH: "用自己的码把以前的记录认回来", EN: "get your earlier record back with your own code"},
		Examples: []bot.Example{{Say: "/认领 AAAAAAA", Reply: "…不对…"}},
		Run:      claim,
		Exposed:  exposedClaim,
	}}
}

var (
	textCodeName   = bot.Text{ZH: "您的认领码", EN: "Your own code"}
	textCodeHelp   = bot.Text{ZH: "%s（请别给别人看。哪天我认不出您了，私聊我发 /认领 %s）", EN: "%s (keep it to yourself; should I ever take you for somebody new, send me /claim %s in private)"}
	textYours      = bot.Text{ZH: "认出来了，欢迎回来！以前的记录都还在。", EN: "I know you now. Welcome back! Your record is all there."}
	textInPrivate  = bot.Text{ZH: "码请私聊发给我，别发在群里。", EN: "Send codes to me in private, not in a group."}
	textOwnExposed = bot.Text{ZH: "码请私聊发给我。这个码大家都看到了，已经作废；私聊发 /我的数据 就有新的。", EN: "Send codes to me in private. Everybody has seen this one, so it is void; /mydata in private gives you a new one."}
	textSame       = bot.Text{ZH: "我认得您，不用认领。", EN: "I know you already; nothing to claim."}
)

// ownCode gives the sender's code, and makes it the first time.
func ownCode(c *bot.Call) (string, error) {
	who, err := c.Who()
	if err != nil {
		return "", err
	}
	code, known, err := codesOf.Get(c.Tx, who)
	if err != nil || known {
		return code, err
	}
	code = rand.Text()[:codeLength]
	if err := codesOf.Put(c.Tx, code, who); err != nil {
		return "", err
	}
	return code, codesBy.Put(c.Tx, who, code)
}

// claim joins the sender with the person whose code it is. A wrong code counts at the same door as all others.
func claim(_ context.Context, c *bot.Call) error {
	shut, err := c.DoorShut()
	if err != nil {
		return err
	}
	if shut {
		return bot.Refuse(textShut)
	}
	was, good, err := codesBy.Get(c.Tx, strings.ToUpper(c.Arg("我的码")))
	if err != nil {
		return err
	}
	if !good {
		return wrongCode(c)
	}
	_, err = c.Merge(was, c.Event.From.Person, "claimed with their own code")
	if errors.Is(err, bot.ErrNotMerged) {
		return bot.Refuse(textSame)
	}
	if err != nil {
		return err
	}
	c.Reply(textYours)
	return c.SettleDoubt(c.Event.From.Person)
}

// exposedClaim gives the person another code, which they find where they found this one.
func exposedClaim(_ context.Context, c *bot.Call) error {
	code := strings.ToUpper(c.Arg("我的码"))
	of, good, err := codesBy.Get(c.Tx, code)
	if err != nil {
		return err
	}
	if good {
		c.Reply(textOwnExposed)
		if err := codesBy.Delete(c.Tx, code); err != nil {
			return err
		}
		return codesOf.Delete(c.Tx, of)
	}
	return bot.Refuse(textInPrivate)
}

// wrongCode answers, rather than refuses, because the count of wrong codes must be kept.
func wrongCode(c *bot.Call) error {
	c.Reply(textWrong)
	shut, err := c.WrongCode()
	if err != nil || !shut {
		return err
	}
	return c.TellOwners(textAlarm)
}

func forgetCode(tx store.Tx, who bot.Person) error {
	for _, id := range who.Identities {
		code, ok, err := codesOf.Get(tx, id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := codesBy.Delete(tx, code); err != nil {
			return err
		}
		if err := codesOf.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}
