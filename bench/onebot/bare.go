package onebot

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/coder/websocket"
	"go.etcd.io/bbolt"
)

// Bare is the floor: it reads, keeps a row for each check-in in one transaction with all that wait, answers, and does nothing else.
func Bare(ctx context.Context, url, dir string) error {
	db, err := bbolt.Open(filepath.Join(dir, "bare.db"), 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	conn.SetReadLimit(1 << 20)
	if err := conn.Write(ctx, websocket.MessageText, []byte(`{"action":"get_login_info","echo":"1"}`)); err != nil {
		return err
	}
	events := make(chan event, 4096)
	failed := make(chan error, 1)
	go func() { failed <- commitAll(ctx, db, conn, events) }()
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var e event
		if json.Unmarshal(data, &e) != nil || e.PostType != "message" || len(e.Message) == 0 || e.Message[0].Data.Text != "打卡" {
			continue
		}
		select {
		case events <- e:
		case err := <-failed:
			return err
		}
	}
}

type event struct {
	PostType string `json:"post_type"`
	Time     int64  `json:"time"`
	Message  []struct {
		Data struct {
			Text string `json:"text"`
		} `json:"data"`
	} `json:"message"`
	ID    int64 `json:"message_id"`
	User  int64 `json:"user_id"`
	Group int64 `json:"group_id"`
}

// commitAll takes all that waits, keeps it in one transaction, and answers.
func commitAll(ctx context.Context, db *bbolt.DB, conn *websocket.Conn, events <-chan event) error {
	for first := range events {
		batch := []event{first}
		for more := true; more; {
			select {
			case e := <-events:
				batch = append(batch, e)
			default:
				more = false
			}
		}
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("days"))
			if err != nil {
				return err
			}
			for _, e := range batch {
				key := fmt.Appendf(nil, "%d/%d/%d", e.Group, e.User, e.Time/86400)
				if err := b.Put(key, []byte(time.Unix(e.Time, 0).Format(time.RFC3339))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, e := range batch {
			text := fmt.Appendf(nil, `{"action":"send_group_msg","params":{"group_id":%d,"message":[{"type":"at","data":{"qq":"%d"}},`+
				`{"type":"text","data":{"text":" 打卡成功！"}}]},"echo":"%d"}`, e.Group, e.User, e.ID)
			if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
				return err
			}
		}
	}
	return nil
}
