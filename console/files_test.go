package console_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestTablesCanBeTakenAlong: what a page shows is in its files, and no name is a formula there.
func TestTablesCanBeTakenAlong(t *testing.T) {
	world(t, func(s *site) {
		s.Rename("小明", "=cmd|' /C calc'!A0")
		s.Says("=cmd|' /C calc'!A0", "打卡")
		s.Says("阿杰", "打卡")
		page := s.page("/console/view/checkin/today")
		if !strings.Contains(page, "/console/export/checkin/today/checkin-today.csv") {
			t.Fatal("the page offers no file")
		}
		got := s.get("/console/export/checkin/today/checkin-today.csv?g=" + s.group())
		text := got.Body.String()
		if !strings.Contains(text, "阿杰") || strings.Contains(text, ",=cmd") || !strings.Contains(text, "'=cmd") {
			t.Errorf("the CSV is %s", text)
		}
		if got.Header().Get("Content-Disposition") != "attachment" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("its headers are %v", got.Header())
		}
		book, err := excelize.OpenReader(bytes.NewReader(s.get("/console/workbook/today/today.xlsx?g=" + s.group()).Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				found = found || strings.Contains(strings.Join(row, " "), "阿杰")
			}
		}
		if !found {
			t.Error("the workbook lacks a name")
		}
		s.does("/console/say", "chat", s.group(), "text", "/加分 @阿杰 3 好", "back", "/console/log")
		log, err := excelize.OpenReader(bytes.NewReader(s.get("/console/workbook/log/log.xlsx?g=" + s.group()).Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := log.GetRows(log.GetSheetName(0)); err != nil || !strings.Contains(fmt.Sprint(rows), "/加分") {
			t.Errorf("the log's workbook holds %v, %v", rows, err)
		}
		for _, path := range []string{"/console/export/checkin/nothing/a.csv", "/console/export/checkin/today/a.exe", "/console/workbook/nothing/a.xlsx"} {
			if got := s.get(path); got.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Code)
			}
		}
	})
}

// flow is a response that is read while it is written.
type flow struct {
	mu     sync.Mutex
	header http.Header
	status int
	text   bytes.Buffer
}

func (f *flow) Header() http.Header { return f.header }
func (f *flow) WriteHeader(code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status = code
}
func (f *flow) Flush() {}
func (f *flow) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.Write(b)
}

func (f *flow) read() (int, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status, f.text.String()
}

// TestStreamsTellAndAreFew: an open page hears of a commit once a second at most, and no more than so many pages are heard.
func TestStreamsTellAndAreFew(t *testing.T) {
	const most = 32
	world(t, func(s *site) {
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		open := func() *flow {
			f := &flow{header: http.Header{}}
			all.Go(func() {
				s.h.ServeHTTP(f, httptest.NewRequest(http.MethodGet, "/console/live", nil).WithContext(ctx))
			})
			synctest.Wait()
			return f
		}
		first := open()
		for range most - 1 {
			open()
		}
		if status, _ := open().read(); status != http.StatusServiceUnavailable {
			t.Errorf("one page too many: %d", status)
		}
		s.Says("小明", "打卡")
		s.Says("阿杰", "打卡")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if _, text := first.read(); strings.Count(text, "event: change") != 1 {
			t.Errorf("a page hears %q", text)
		}
		cancel()
		all.Wait()
		if got := s.send(httptest.NewRequest(http.MethodHead, "/console/live", nil)); got.Code != http.StatusMethodNotAllowed {
			t.Errorf("HEAD: %d", got.Code)
		}
	})
}

// TestAnEmptyFileIsSaidToBeEmpty, and none to be none.
func TestAnEmptyFileIsSaidToBeEmpty(t *testing.T) {
	world(t, func(s *site) {
		for name, want := range map[string]string{"早安.mp3": "这个文件是空的", "": "没有选文件"} {
			got := s.bring(name, nil, "say", "/语音 收 {title}", "back", "/console/schedule")
			if page := s.page(got.Header().Get("Location")); !strings.Contains(said(page), want) {
				t.Errorf("%q: the page says %s", name, said(page))
			}
		}
	})
}
