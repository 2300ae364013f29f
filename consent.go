package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// risks is what the owner must have read before the first sign-in to the real WeChat.
const risks = `
  ⚠ 这是真的微信。网页登录可能让微信警告、限制甚至封停账号，第一天风险最大；请用小号，别用您离不开的号。
  ⚠ 被限制以后，钱包、好友和群都可能暂时用不了；机器人会自己放慢，但谁也不能保证没事。
  ⚠ This is the real WeChat. Signing in through the web can get an account warned, restricted or banned, above all on the
    first day. Use a second account, never one you cannot lose.
  ⚠ A restricted account may lose its wallet, friends and groups for a while. The bot goes slowly by itself, but nobody
    can promise that nothing happens.
`

// consentFile says, in the data folder, that the owner has said yes.
const consentFile = "risks-accepted"

// consent makes sure that the owner has said yes to the risks, once for a data folder, before anything of the real WeChat is
// contacted. known is a yes on the command line.
func (p program) consent(ctx context.Context, s settings, known bool) error {
	if s.Account.Kind == kindOneBot || s.Account.Endpoint != "" {
		return nil
	}
	file := filepath.Join(s.Data, consentFile)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	fmt.Fprint(p.stdout, risks+"\n")
	if !known {
		if err := p.askForConsent(ctx); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if err := os.WriteFile(file, []byte(time.Now().Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return fmt.Errorf("the yes to the risks cannot be kept: %w", err)
	}
	return nil
}

var errNoConsent = errors.New(`还没有人同意上面的风险，什么都没有连接。在终端里运行一次并回答 yes，或加上 --i-know-the-risks
nobody has said yes to the risks above, and nothing was contacted: run it once in a terminal and answer yes, or add --i-know-the-risks`)

// askForConsent reads one line. It gives up when the program is interrupted, though the terminal cannot be.
func (p program) askForConsent(ctx context.Context) error {
	if p.terminal == nil {
		return errNoConsent
	}
	fmt.Fprint(p.stdout, "  知道了，继续？/ I know, go on? [yes/no] ")
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(p.terminal).ReadString('\n') // an end without a line is no yes
		line <- text
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case text := <-line:
		if slices.Contains([]string{"yes", "是", "是的", "同意", "继续"}, strings.ToLower(strings.TrimSpace(text))) {
			return nil
		}
	}
	return errNoConsent
}

// terminalOf gives a file where a person can type into it, else nil.
func terminalOf(f *os.File) *os.File {
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return f
}
