package pictures

import (
	"image/color"
	"math"
)

const (
	maxBranches = 34 // lines below the root
	maxDirect   = 20 // of them brought by the root
	maxSiblings = 8  // of them brought by any other
	maxDepth    = 5
	branchHigh  = 40.0
	branchStep  = 26.0
)

// Tree is who brought whom, below one person.
type Tree struct {
	Look
	Group                string
	Root                 Node
	Direct, Reach, Stays int // people: invited by the root, within three degrees, and of those still here
}

// Node is a person in an invite tree.
type Node struct {
	Name     string
	Note     string // a few words, such as the day of joining
	Left     bool
	Pending  bool
	Children []Node
	Below    int // people below that Children do not hold
}

// A branch is a node with what is shown of it.
type branch struct {
	node     *Node
	depth    int
	children []*branch
	hidden   int // people below that are not shown
}

// Draw shows the tree level by level until its room is used up, and counts what it leaves out.
func (t Tree) Draw() *Drawing {
	s := newSheet(t.Look, "tree")
	s.portrait(t.Root.Name, t.Group)
	s.tiles(
		tile{s.direct, s.count(t.Direct), s.people(t.Direct), s.accent},
		tile{s.reach, s.count(t.Reach), s.people(t.Reach), s.ink},
		tile{s.stays, s.count(t.Stays), s.people(t.Stays), s.ink},
	)
	title := about(s.called(t.Root.Name), t.Group, s.direct+" "+s.count(t.Direct)+s.people(t.Direct))
	root := prune(&t.Root)
	if len(root.children) == 0 && root.hidden == 0 {
		s.empty(s.alone)
		return s.finish(title)
	}
	lines := lineCount(root) - 1
	y := s.panel(branchHigh*float64(lines)+2*pad-8) + pad - 4 - branchHigh
	s.branch(root, y)
	return s.finish(title)
}

// prune chooses what is shown, the near before the far, and counts the rest.
func prune(root *Node) *branch {
	top := &branch{node: root}
	queue := []*branch{top}
	for room := maxBranches; len(queue) > 0; queue = queue[1:] {
		b := queue[0]
		limit := maxSiblings
		switch b.depth {
		case 0:
			limit = maxDirect
		case maxDepth:
			limit = 0
		}
		shown := min(len(b.node.Children), limit, max(room, 0))
		for i := range shown {
			child := &branch{node: &b.node.Children[i], depth: b.depth + 1}
			b.children = append(b.children, child)
			queue = append(queue, child)
		}
		b.hidden = countable(b.node.Below) + people(b.node.Children[shown:])
		if room -= shown; b.more() {
			room--
		}
	}
	return top
}

// people counts nodes with all below them. It keeps a stack of its own: a chain may be very long.
func people(nodes []Node) int {
	n := 0
	for stack := [][]Node{nodes}; len(stack) > 0; {
		last := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for i := range last {
			n += 1 + countable(last[i].Below)
			if len(last[i].Children) > 0 {
				stack = append(stack, last[i].Children)
			}
		}
	}
	return n
}

func lineCount(b *branch) int {
	n := 1
	if b.more() {
		n++
	}
	for _, c := range b.children {
		n += lineCount(c)
	}
	return n
}

// more says whether what is hidden takes a line of its own: below a person none of whose people are shown, it stands
// beside the name.
func (b *branch) more() bool { return b.hidden > 0 && (len(b.children) > 0 || b.depth == 0) }

// branch draws what is below b, whose line has its top at y, and returns the top of the line after.
func (s *sheet) branch(b *branch, y float64) float64 {
	trunk := margin + pad + 12 + branchStep*float64(b.depth-1)
	from := y + branchHigh/2 + 13
	next := y + branchHigh
	for _, c := range b.children {
		s.twig(b.depth, trunk, from, next+branchHigh/2)
		from = next + branchHigh/2 - 8
		s.person(c, next)
		next = s.branch(c, next)
	}
	if b.more() {
		s.twig(b.depth, trunk, from, next+branchHigh/2)
		x := trunk + branchStep - 7
		if b.depth == 0 {
			x += 28 // no twig: below the names
		}
		s.write(x, next+branchHigh/2+4, left, Width-margin-pad-x, span{s.others(b.hidden), 12.5, false, s.soft})
		next += branchHigh
	}
	return next
}

// twig joins a person to the one who brought them. The first level needs none: it hangs from the title.
func (s *sheet) twig(depth int, x, from, to float64) {
	if depth == 0 {
		return
	}
	points := append([]point{{x, from}}, arc(x+8, to-8, 8, math.Pi, math.Pi/2)...)
	s.add(path{append(points, point{x + branchStep - 15, to}), color.NRGBA{}, s.faint, 1.3})
}

func (s *sheet) person(b *branch, y float64) {
	x, cy := margin+pad+12+branchStep*float64(b.depth-1), y+branchHigh/2
	s.avatar(x, cy, 13, b.node.Name)
	ink, tone, state := s.ink, s.soft, ""
	switch {
	case b.node.Left:
		ink, state = s.soft, s.gone
		s.add(disc{x, cy, 13, fade(s.theme.panel, 0.6), color.NRGBA{}, 0})
	case b.node.Pending:
		state, tone = s.waiting, s.amber
	}
	room := Width - margin - pad - x - 22
	if note := aside(11.5, tone, state, b.node.Note); len(note) > 0 {
		wide := min(96, room*0.45)
		s.write(Width-margin-pad, cy+4, right, wide, note...)
		room -= wide + 8
	}
	spans := []span{{s.called(b.node.Name), 14.5, false, ink}}
	if b.hidden > 0 && len(b.children) == 0 {
		spans = append(spans, span{" +" + s.count(b.hidden), 12, true, s.accent})
	}
	s.write(x+21, cy+5, left, room, spans...)
}
