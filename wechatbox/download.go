package wechatbox

import (
	"bytes"
	"net/http"
	"time"
)

func (c *call) getImage() { c.download(Image, Emoticon, Video) }

func (c *call) getVoice() { c.download(Voice) }

func (c *call) getVideo() { c.download(Video) }

// download gives the bytes of a message of one of these kinds. Clients spell the parameter in both ways.
func (c *call) download(kinds ...Kind) {
	v := c.r.URL.Query()
	m := c.message(firstOf(v.Get("msgid"), v.Get("MsgID")), kinds)
	if m == nil {
		c.out.status = http.StatusNotFound
		return
	}
	c.content(m)
}

func (c *call) message(id string, kinds []Kind) *Media {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	a, _ := c.bySkey()
	if a == nil {
		return nil
	}
	m := c.b.w.messageByID(id)
	if m == nil || m.body == nil || !m.seenBy(a.p) {
		return nil
	}
	for _, k := range kinds {
		if m.body.Kind == k {
			return c.b.w.media.get(m.body.Media)
		}
	}
	return nil
}

// getMedia gives a file, to who has the data ticket.
func (c *call) getMedia() {
	v := c.r.URL.Query()
	c.b.mu.Lock()
	var m *Media
	for _, a := range c.b.w.accounts {
		if a.s != nil && a.s.On && v.Get("webwx_data_ticket") == a.s.DataTicket && v.Get("fromuser") == formatUin(a.s.Uin) {
			a.s.lastSeen = time.Now()
			m = c.b.w.media.get(mediaOfWire(v.Get("mediaid")))
		}
	}
	c.b.mu.Unlock()
	if m == nil {
		c.out.status = http.StatusNotFound
		return
	}
	c.content(m)
}

// content serves bytes, ranges of them included.
func (c *call) content(m *Media) {
	c.out.header.Set("Content-Type", m.MIME)
	http.ServeContent(c.out, c.r, "", time.Time{}, bytes.NewReader(m.Data))
}

// getIcon draws somebody, or a group. Whoever is unknown looks like nobody.
func (c *call) getIcon() {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	a, _ := c.bySkey()
	if a == nil {
		c.out.status = http.StatusNotFound
		return
	}
	p, g := a.s.lookup(&c.b.w, c.r.URL.Query().Get("username"))
	picture := drawAvatar("nobody")
	switch {
	case g != nil:
		picture = drawAvatar(g.id)
	case p != nil:
		picture = c.b.w.avatar(p)
	}
	c.out.header.Set("Content-Type", http.DetectContentType(picture))
	c.out.body.Write(picture)
}
