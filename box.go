package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"sixtwenty/wechatbox"
	"sixtwenty/wechatbox/phone"
)

// boxCommand serves WeChat in a box alone: the protocol, its phones and its control API on one port.
type boxCommand struct {
	Listen   string `help:"地址。Address to listen on." default:"127.0.0.1:6209" placeholder:"HOST:PORT"`
	AutoScan bool   `help:"账号的手机自动扫码确认。The account's phone scans and confirms by itself."`
	Seed     uint64 `help:"随机种子，同样的种子同样的世界。Seed of all that is random." default:"620"`
	Remote   bool   `help:"允许别的机器访问：任何人都能扮演这里的每一个人。Let other machines in: anybody can then play everybody here."`
	Keep     bool   `help:"把世界存在数据文件夹里。Keep the world in the data folder."`
}

// Run serves until it is interrupted.
func (c *boxCommand) Run(ctx context.Context, p program, f *flags) (err error) {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	log, err := newLog(p.stderr, s.Log.Level)
	if err != nil {
		return err
	}
	file := ""
	if c.Keep {
		if err := os.MkdirAll(s.Data, 0o700); err != nil {
			return fmt.Errorf("the data folder cannot be made: %w", err)
		}
		file = filepath.Join(s.Data, "box.world")
	}
	box, err := openBox(file, wechatbox.Options{Seed: c.Seed, AutoScan: c.AutoScan, Remote: c.Remote, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	c.welcome(p, ln.Addr())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return box.Serve(ctx, ln, c.phones(box)) })
	return g.Wait()
}

func (c *boxCommand) welcome(p program, addr net.Addr) {
	fmt.Fprintf(p.stdout, `模拟微信 / WeChat in a box: http://%[1]s/
  客户端 / clients   HTTPS_PROXY=http://%[1]s，或把请求按 Host 头发到这里 / or send requests here with their Host header
  控制 / control     http://%[1]s/box/world
`, addr)
	if c.Remote {
		fmt.Fprintln(p.stdout, "  ⚠ 别的机器也能访问：任何人都能扮演这里的每一个人。/ Open to other machines: anybody can play everybody here.")
	} else {
		fmt.Fprintln(p.stdout, "  只给本机用，除非加上 --remote / for this machine only, unless --remote is given")
	}
}

// phones are the page, for whoever may play.
func (c *boxCommand) phones(box *wechatbox.Box) http.Handler {
	desk := phone.New(box, phone.Options{})
	if c.Remote {
		return desk
	}
	return localOnly(nearOnly(desk))
}
