package bot

// A memory is what the engine need not read again for every event: settings, and whom it met where. It belongs to the engine's
// goroutine. What a transaction that was not kept saw of its own changes must not outlive it.
type memory struct {
	settings map[settingKey]any
	met      map[meeting]struct{}
	chats    map[Chat]struct{} // that are kept just so
	kept     bool              // all of it was learnt in transactions that were kept
}

// A meeting is all that an event tells of its chat and its sender: the same once more tells nothing new.
type meeting struct {
	chat   Chat
	person PersonID
	nick   string
	card   string
}

// What bounds a memory: some hundred groups as each feature sees them, and a few megabytes of people.
const (
	maxSettings = 4096
	maxMet      = 8192
)

func newMemory() *memory {
	return &memory{settings: map[settingKey]any{}, met: map[meeting]struct{}{}, chats: map[Chat]struct{}{}}
}

// begin is called where a transaction begins.
func (m *memory) begin() {
	if !m.kept || len(m.settings) > maxSettings {
		clear(m.settings)
	}
	if !m.kept || len(m.met) > maxMet {
		clear(m.met)
	}
	if !m.kept || len(m.chats) > maxMet {
		clear(m.chats)
	}
	m.kept = false
}

// forget is called where what it holds changes, or may have been changed back.
func (m *memory) forget() {
	clear(m.settings)
	clear(m.met)
	clear(m.chats)
}

// unmeet is called where a row that was known changes: whoever takes an earlier name again is met anew with it.
func (m *memory) unmeet(known bool) {
	if known {
		clear(m.met)
		clear(m.chats)
	}
}
