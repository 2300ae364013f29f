package schedules

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scanner goes through a phrase word by word. Blanks between words mean nothing.
type scanner struct{ rest string }

// eat takes one of the words, if the phrase goes on with it, and says which; the first that fits.
func (s *scanner) eat(words ...string) (string, bool) {
	text := strings.TrimLeft(s.rest, " ")
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w); ok {
			s.rest = rest
			return w, true
		}
	}
	return "", false
}

func (s *scanner) has(words ...string) bool {
	_, ok := s.eat(words...)
	return ok
}

func (s *scanner) done() bool { return strings.TrimSpace(s.rest) == "" }

// number takes a whole number below 10,000, in digits or, below 100, in Chinese.
func (s *scanner) number() (n int, ok bool) {
	text := strings.TrimLeft(s.rest, " ")
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if digits > 4 {
		return 0, false
	}
	if digits > 0 {
		s.rest = text[digits:]
		n, err := strconv.Atoi(text[:digits])
		return n, err == nil
	}
	return s.chinese(text)
}

// chinese reads 两, 六, 零五, 十, 二十, 二十一.
func (s *scanner) chinese(text string) (n int, ok bool) {
	ones, tens := -1, -1
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		d := slices.Index([]rune("零一二三四五六七八九"), r)
		switch {
		case r == '两':
			d = 2
		case r == '十' && tens < 0:
			if tens = 1; ones > 0 {
				tens = ones
			}
			ones, text = -1, text[size:]
			continue
		}
		if d < 0 || ones > 0 || ones == 0 && tens >= 0 {
			break
		}
		ones, text = d, text[size:]
	}
	s.rest = text
	return max(tens, 0)*10 + max(ones, 0), ones >= 0 || tens >= 0
}

// separator takes what stands between the parts of a list.
func (s *scanner) separator() bool { return s.has("、", ",", "，", "和", "及") }

// timeOfDay takes 6:20, 6点, 早上6点半, 下午3点20分, 六点二十.
func (s *scanner) timeOfDay() (c clock, ok bool) {
	period, _ := s.eat("凌晨", "清晨", "早上", "早晨", "早", "上午", "中午", "下午", "傍晚", "晚上", "今晚", "晚", "半夜")
	begun := strings.TrimLeft(s.rest, " ")
	hour, ok := s.number()
	if !ok || begun[0] < utf8.RuneSelf && len(begun)-len(s.rest) > 2 { // 006:20
		return c, false
	}
	minute, ok := s.minutes()
	if !ok {
		return c, false
	}
	if hour, ok = inPeriod(hour, period); !ok {
		return c, false
	}
	return clock{hour, minute}, hour < 24 && minute < 60
}

// minutes takes what follows the hour.
func (s *scanner) minutes() (int, bool) {
	if rest, ok := strings.CutPrefix(s.rest, ":"); ok {
		if len(rest) < 2 || !isNumber(rest[:2]) || len(rest) > 2 && isNumber(rest[2:3]) {
			return 0, false
		}
		minute, err := strconv.Atoi(rest[:2])
		s.rest = rest[2:]
		return minute, err == nil
	}
	if !s.has("点钟", "点整", "点", "时") {
		return 0, false
	}
	if w, ok := s.eat("半", "一刻", "三刻"); ok {
		return map[string]int{"半": 30, "一刻": 15, "三刻": 45}[w], true
	}
	minute, ok := s.number()
	if ok {
		s.has("分")
	}
	return minute, true
}

// inPeriod puts an hour into its part of the day: 下午3点 is 15. It refuses what could be meant in two ways, as 晚上12点.
func inPeriod(hour int, period string) (int, bool) {
	switch period {
	case "中午":
		if hour >= 1 && hour <= 3 {
			hour += 12
		}
		return hour, hour >= 11 && hour <= 15
	case "下午", "傍晚", "晚上", "今晚", "晚":
		if hour < 12 {
			hour += 12
		}
		return hour, hour >= 12 && !(hour == 12 && period != "下午")
	case "凌晨", "半夜":
		if hour == 12 && period == "凌晨" {
			hour = 0
		}
		return hour, hour < 6
	case "":
		return hour, true
	}
	return hour, hour <= 12
}
