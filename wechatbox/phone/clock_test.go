package phone

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTheClockIsWoundAndSaysHowFar(t0 *testing.T) {
	t := lay(t0)
	due := t.desk.now().Add(time.Hour)
	stopped := make(chan time.Time, 1)
	parked := make(chan struct{})
	go func() {
		close(parked)
		if t.box.Clock().Wait(t.Context(), "bot", due) == nil {
			stopped <- t.box.Clock().Now()
		}
		t.box.Clock().Leave("bot")
	}()
	<-parked
	t.ok(t.box.Clock().Settled(t.Context()))
	status, r := t.post("/phone/clock/wind", "at", "06:20:00")
	if status != http.StatusOK || !strings.Contains(r.Note, "11-22 06:20:0") {
		t.Errorf("%d %+v", status, r)
	}
	if at := <-stopped; !at.Equal(due) {
		t.Errorf("the bot woke at %v, want %v", at, due)
	}
	if got := t.desk.now().Format("01-02 15:04"); got != "11-22 06:20" {
		t.Errorf("it is %s", got)
	}
	t.contains(t.view(place{Who: "susu", View: "chats"}), "06:20")
}

func TestWhereTheClockIsWoundTo(t *testing.T) {
	zone := time.FixedZone("", 8*60*60)
	evening := time.Date(2026, 12, 31, 20, 31, 0, 0, zone)
	night := time.Date(2026, 12, 31, 3, 59, 59, 0, zone)
	morning := time.Date(2026, 12, 31, 6, 20, 0, 0, zone)
	tests := []struct {
		now       time.Time
		key, what string
		want      string
	}{
		{evening, "add", "1m", "2026-12-31 20:32:00"},
		{evening, "add", "24h", "2027-01-01 20:31:00"},
		{evening, "at", "06:20:00", "2027-01-01 06:20:00"},
		{morning, "at", "06:20:00", "2027-01-01 06:20:00"},
		{night, "at", "06:20:00", "2026-12-31 06:20:00"},
		{evening, "tomorrow", "06:19:50", "2027-01-01 06:19:50"},
		{night, "tomorrow", "06:19:50", "2026-12-31 06:19:50"},
		{morning, "tomorrow", "06:19:50", "2027-01-01 06:19:50"},
		{morning, "tomorrow", "23:00:00", "2027-01-01 23:00:00"},
		{evening, "tomorrow", "00:00:00", "2027-01-01 00:00:00"},
		{evening, "add", "-1h", ""},
		{evening, "add", "0s", ""},
		{evening, "add", "900h", ""},
		{evening, "add", "soon", ""},
		{evening, "at", "25:00:00", ""},
		{evening, "at", "", ""},
	}
	for _, test := range tests {
		got, err := windTo(test.now, form{values: url.Values{test.key: {test.what}}})
		if err != nil {
			if test.want != "" {
				t.Errorf("%s=%s: %v", test.key, test.what, err)
			}
			continue
		}
		if got.Format(time.DateTime) != test.want {
			t.Errorf("%s=%s at %v: got %v, want %q", test.key, test.what, test.now, got, test.want)
		}
	}
}

func TestTheClockRefusesNonsense(t0 *testing.T) {
	t := lay(t0)
	before := t.desk.now()
	for _, form := range [][]string{{"add", "-1h"}, {"at", "x"}, {}} {
		if status, r := t.post("/phone/clock/wind", form...); status != http.StatusBadRequest || r.Error == "" {
			t.Errorf("%v: %d %+v", form, status, r)
		}
	}
	for _, x := range []string{"", "-1", "NaN", "1e9", "fast"} {
		if status, r := t.post("/phone/clock/speed", "speed", x); status != http.StatusBadRequest || r.Error == "" {
			t.Errorf("speed %q: %d %+v", x, status, r)
		}
	}
	if d := t.desk.now().Sub(before); d > time.Minute {
		t.Errorf("the clock went %v", d)
	}
	if status, _ := t.post("/phone/clock/speed", "speed", "60"); status != http.StatusOK || t.box.Clock().State().Speed != 60 {
		t.Errorf("the speed is %v", t.box.Clock().State().Speed)
	}
}

func TestOneWindingAtATime(t0 *testing.T) {
	t := lay(t0)
	if !t.desk.crank.take(t.desk.now(), t.desk.now().Add(time.Hour)) {
		t.Fatal("somebody winds already")
	}
	if status, r := t.post("/phone/clock/wind", "add", "1m"); status != http.StatusConflict || !strings.Contains(r.Error, "正在走") {
		t.Errorf("%d %+v", status, r)
	}
	v := t.desk.clockView()
	if v.To-v.From != time.Hour.Milliseconds() || v.Offset != 8*60*60 {
		t.Errorf("pages are told %+v", v)
	}
	t.desk.crank.release()
	if status, _ := t.post("/phone/clock/wind", "add", "1m"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
}

func TestStampsAreThoseOfWeChat(t *testing.T) {
	zone := time.FixedZone("", 8*60*60)
	now := time.Date(2026, 11, 22, 6, 20, 0, 0, zone)
	zh, en := allWords()[chinese], allWords()[english]
	tests := []struct {
		at              time.Time
		long, short, en string
	}{
		{now.Add(-time.Minute), "06:19", "06:19", "06:19"},
		{now.Add(time.Minute), "06:21", "06:21", "06:21"},
		{now.Add(-7 * time.Hour), "昨天 23:20", "昨天", "Yesterday 23:20"},
		{now.AddDate(0, 0, -2), "星期五 06:20", "星期五", "Friday 06:20"},
		{now.AddDate(0, 0, -6), "星期一 06:20", "星期一", "Monday 06:20"},
		{now.AddDate(0, 0, -7), "11月15日 06:20", "11月15日", "Nov 15 06:20"},
		{now.AddDate(-1, 0, 0), "2025年11月22日 06:20", "2025年11月22日", "Nov 22, 2025 06:20"},
	}
	for _, test := range tests {
		long, short, english := stampOf(zh, test.at, now), shortStamp(zh, test.at, now), stampOf(en, test.at, now)
		if long != test.long || short != test.short || english != test.en {
			t.Errorf("%v: got %q, %q, %q", test.at, long, short, english)
		}
	}
}
