// Package broadcast sends the owner's voice at 6:20 each morning, with its cover text, and the text of it to whoever writes
// its keyword.
//
// The owner records voices ahead, or puts them into a folder or the console; they wait in a queue. Two minutes before the time
// the day's voice is chosen, once for all groups: what is pinned to the day, or the file of that date, or the first of the
// queue, or else the fallback. A Work reads and converts it and uploads it once; its result comes back as a fact, and each group
// gets effects that wait for the minute, so that at the minute only sending is left.
package broadcast

import (
	"context"
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// Settings of the feature.
type Settings struct {
	Voice      string `yaml:"voice" help:"每天几点发语音，如「每天 6:20」；留空不发|when the voice is sent, such as 每天 6:20; empty is never"`
	Cover      string `yaml:"cover" help:"语音前面的一句话；语音自己带了话就用它的|the line before the voice, unless it brings its own"`
	Transcript string `yaml:"transcript" help:"回复关键词的人在哪里看到文稿：group 或 private|where the text goes for the keyword: group or private"`
	Remind     string `yaml:"remind" scope:"config" help:"什么时候看看有没有语音、没有就提醒机主；留空不提醒|when the owner is told that no voice is left; empty is never"`
	Folder     string `yaml:"folder" scope:"config" base:"data" help:"放音频的文件夹，文件名可以是日期；别的名字是没有新语音时轮流播的|the folder with the audio: named by date, or else played in turn when there is no new voice"`
	Queue      string `yaml:"queue" scope:"config" base:"data" help:"放进来就排队的文件夹；留空没有|the folder whose audio is put into the queue; empty is none"`
	Fallback   string `yaml:"fallback" scope:"config" help:"没有新语音时：turns 轮流播文件夹里的、speech 读一段文字、silence 不发|without a new voice: turns plays the folder's in turn, speech reads a text, silence sends nothing"`
	Speech     string `yaml:"speech" scope:"config" help:"读的那段文字|the text that is read"`
	Speaker    string `yaml:"speaker" scope:"config" help:"朗读的命令，{out} 是要写的文件|the command that reads, {out} is the file to write"`
	SpeechURL  string `yaml:"speech_url" scope:"config" help:"或者兼容 OpenAI 的朗读地址，密钥放在环境变量 OPENAI_API_KEY|or an endpoint that speaks as OpenAI's does; its key is in OPENAI_API_KEY"`
	Model      string `yaml:"speech_model" scope:"config" help:"朗读的模型|the model of the endpoint"`
	Tone       string `yaml:"speech_voice" scope:"config" help:"朗读的嗓音|the voice of the endpoint"`
}

// What Settings.Fallback can say.
const (
	fallbackTurns   = "turns"
	fallbackSpeech  = "speech"
	fallbackSilence = "silence"
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	for name, spec := range map[string]string{"voice": s.Voice, "remind": s.Remind} {
		if never(spec) {
			continue
		}
		if _, err := schedules.Parse(spec); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	switch s.Fallback {
	case fallbackTurns, fallbackSpeech, fallbackSilence:
	default:
		return fmt.Errorf("fallback: found %q, expected turns, speech or silence", s.Fallback)
	}
	if s.Transcript != inGroup && s.Transcript != inPrivate {
		return fmt.Errorf("transcript: found %q, expected group or private", s.Transcript)
	}
	if s.Fallback == fallbackSpeech && s.Speaker == "" && s.SpeechURL == "" {
		return fmt.Errorf("speaker: fallback is speech, but neither speaker nor speech_url says who speaks")
	}
	return nil
}

func defaults() Settings {
	return Settings{
		Voice: "每天 6:20", Cover: "早安！今天的 6:20 来了，听完记得打卡～", Transcript: inGroup, Remind: "每天 5:50、20:00",
		Folder: "voice", Queue: "voice/queue", Fallback: fallbackTurns, Speech: "早上好！今天没有新的语音。新的一天，记得打卡。",
		Speaker: "espeak-ng -v cmn -w {out}", Model: "tts-1", Tone: "alloy",
	}
}

const (
	// lead is how long before its time a voice is chosen, converted and uploaded; leadWords says the same to schedules.
	lead      = 2 * time.Minute
	leadWords = " 提前2分钟"
	grace     = 30 * time.Minute
)

const (
	workVoice, workTake, workLook = "voice", "take", "look"
	timerCheck                    = "check"
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "broadcast",
		Summary:  bot.Text{ZH: "每天 6:20 的语音", EN: "the voice at 6:20 each morning"},
		Settings: defaults(),
		Jobs: []bot.Job{
			{
				Name: "voice", Summary: bot.Text{ZH: "6:20 语音", EN: "6:20 voice"}, Run: due,
				Spec:   func(s any) string { return withLead(s.(Settings).Voice) },
				Missed: schedules.Missed{Policy: schedules.Latest, Grace: grace + lead},
				Lead:   lead, Sends: 2, Lacks: lacks,
			},
			{
				Name: "remind", Summary: bot.Text{ZH: "看看有没有语音", EN: "look whether there is a voice"}, Run: look,
				Spec:   func(s any) string { return whenNot(never(s.(Settings).Voice), s.(Settings).Remind) },
				Missed: schedules.Missed{Policy: schedules.Latest, Grace: grace},
				Silent: true,
			},
		},
		Timers: map[string]bot.Run{timerCheck: check, timerScan: scanAgain},
		Works: map[string]func(context.Context, bot.Work) (any, error){
			workVoice: load, workTake: take, workLook: lookUp, workScan: scan, workFile: takeFile, workTidy: tidy,
		},
		Keeps: bot.BlobsOf(
			bot.BlobsIn(items, func(it item) string { return it.Sum }),
			bot.BlobsIn(offers, func(o offer) string { return o.Sum }),
			bot.BlobsIn(airings, func(a airing) string { return a.Sum }),
		),
		Watches: []bot.Watch{
			{On: "broadcast." + workVoice, Summary: bot.Text{ZH: "把今天的语音发到群里", EN: "sends the day's voice to the groups"}, Run: send},
			{On: "broadcast." + workTake, Summary: bot.Text{ZH: "收下机主录的语音", EN: "takes a voice of the owner"}, Run: taken},
			{On: "broadcast." + workLook, Summary: bot.Text{ZH: "没有语音时提醒机主", EN: "tells the owner that no voice is left"}, Run: looked},
			{On: bot.SignedIn, Summary: bot.Text{ZH: "看看语音文件夹", EN: "looks into the voice folders"}, Run: signedIn},
			{On: "broadcast." + workScan, Summary: bot.Text{ZH: "找出文件夹里新的音频", EN: "finds what is new in the folders"}, Run: scanned},
			{On: "broadcast." + workFile, Summary: bot.Text{ZH: "收下文件夹里的音频", EN: "takes the audio of the folders"}, Run: tookFile},
			{On: "broadcast." + workTidy, Summary: bot.Text{ZH: "把收过的文件挪开", EN: "moves away what was taken"}, Run: tidied},
			{On: bot.Message, Summary: bot.Text{ZH: "收机主的语音，按关键词发文稿", EN: "takes voices, gives texts for keywords"}, Run: hear},
		},
		Commands: commands(),
		Views:    views(),
		Report:   report,
		Why:      why,
	}
}

// never says whether a setting that says when says never; a message cannot set nothing.
func never(spec string) bool { return spec == "" || spec == "无" || spec == "none" }

func whenNot(off bool, spec string) string {
	if off || never(spec) {
		return ""
	}
	return spec
}

func withLead(spec string) string {
	if never(spec) {
		return ""
	}
	return spec + leadWords
}
