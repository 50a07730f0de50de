// The questions, asked of Go. Takes [--smoke] [QUESTION...]; prints question, contender, value, unit.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

var (
	contender = "Go " + strings.TrimPrefix(runtime.Version(), "go")
	smoke     = slices.Contains(os.Args[1:], "--smoke")
)

func wants(question string) bool {
	all := true
	for _, word := range os.Args[1:] {
		if word == question {
			return true
		}
		all = all && strings.HasPrefix(word, "--")
	}
	return all
}

func size(full int) int {
	if smoke {
		return min(full, 1000+full/10_000)
	}
	return full
}

func repetitions(full int) int {
	if smoke {
		return 1
	}
	return full
}

func report(question string, value float64, unit string) {
	fmt.Printf("%s\t%s\t%.2f\t%s\n", question, contender, value, unit)
}

func quantile(values []float64, part float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(part*float64(len(sorted)-1))]
}

func timeOf(work func()) float64 {
	begin := time.Now()
	work()
	return float64(time.Since(begin).Nanoseconds())
}

// xorshift64*: the same numbers in every language here.
type random uint64

func (r *random) below(end int) int {
	*r ^= *r >> 12
	*r ^= *r << 25
	*r ^= *r >> 27
	return int(uint64(*r) * 0x2545F4914F6CDD1D >> 32 * uint64(end) >> 32)
}

func newRandom() *random {
	r := random(88172645463325252)
	return &r
}

func stopCollecting()  { debug.SetGCPercent(-1) }
func startCollecting() { debug.SetGCPercent(100) }

type node struct {
	left, right *node
	payload     int
}

type cell struct{ up, down, left, right *cell }

func askCyc() {
	objects := size(1_000_000)
	var times [4][]float64
	stopCollecting()
	pairs := make([]*node, 0, objects/2)
	// The first repetition has a fresh heap.
	for i := range 1 + repetitions(9) {
		phases := [3]float64{timeOf(func() {
			for range objects / 2 {
				first, second := &node{}, &node{}
				first.left, second.left = second, first
				pairs = append(pairs, first)
			}
		}), timeOf(func() {
			clear(pairs)
			pairs = pairs[:0]
		}), timeOf(runtime.GC)}
		if i == 0 {
			continue
		}
		for phase, taken := range phases {
			times[phase] = append(times[phase], taken/float64(objects))
		}
		times[3] = append(times[3], (phases[0]+phases[1]+phases[2])/float64(objects))
	}
	startCollecting()
	for phase, name := range []string{"make", "drop", "collect", "whole"} {
		report("cyc_"+name, quantile(times[phase], 0.5), "ns")
	}
}

func makeRing(objects int) {
	first := &node{}
	last := first
	for range objects - 1 {
		last.left = &node{}
		last = last.left
	}
	last.left = first
}

func makeGrid(objects int) {
	side := 1
	for side*side < objects {
		side++
	}
	var above []*cell
	for row := range side {
		here := make([]*cell, side)
		for column := range here {
			here[column] = &cell{}
			if column > 0 {
				here[column].left = here[column-1]
				here[column-1].right = here[column]
			}
			if row > 0 {
				here[column].up = above[column]
				above[column].down = here[column]
			}
		}
		above = here
	}
}

func askCollect(question string, make func(objects int)) {
	objects := size(1_000_000)
	var times []float64
	stopCollecting()
	for i := range 1 + repetitions(5) {
		make(objects)
		taken := timeOf(runtime.GC)
		if i > 0 {
			times = append(times, taken/float64(objects))
		}
	}
	startCollecting()
	report(question, quantile(times, 0.5), "ns")
}

func makeGraph(objects int) []*node {
	nodes := make([]*node, objects)
	for i := range nodes {
		nodes[i] = &node{}
	}
	random := newRandom()
	for _, each := range nodes {
		each.left = nodes[random.below(objects)]
		each.right = nodes[random.below(objects)]
	}
	return nodes
}

func askScan() {
	nodes := makeGraph(size(1_000_000))
	var times []float64
	for range repetitions(5) {
		times = append(times, timeOf(runtime.GC)/float64(len(nodes)))
	}
	runtime.KeepAlive(nodes)
	report("scan", quantile(times, 0.5), "ns")
}

func churn(nodes []*node, operations, makeEvery int) float64 {
	runtime.GC()
	random := newRandom()
	untilMake := makeEvery
	return timeOf(func() {
		for range operations {
			to, from := random.below(len(nodes)), random.below(len(nodes))
			untilMake--
			if untilMake == 0 {
				nodes[to].right = &node{}
				untilMake = makeEvery
			} else {
				nodes[to].left = nodes[from]
			}
		}
	}) / float64(operations)
}

func askChurn() {
	operations := size(10_000_000)
	nodes := makeGraph(size(1_000_000))
	stopCollecting()
	report("churn_off", churn(nodes, operations, 0), "ns")
	report("churn_make_off", churn(nodes, operations, 100), "ns")
	startCollecting()
	report("churn_on", churn(nodes, operations, 0), "ns")
	report("churn_make_on", churn(nodes, operations, 100), "ns")
}

type child struct{ left, right, parent *child }

func makeFamily(depth int) *child {
	made := &child{}
	if depth > 0 {
		made.left, made.right = makeFamily(depth-1), makeFamily(depth-1)
		made.left.parent, made.right.parent = made, made
	}
	return made
}

func (c *child) count() int {
	if c.left == nil {
		return 1
	}
	return 1 + c.left.count() + c.right.count()
}

func require(holds bool) {
	if !holds {
		panic("a program has computed nonsense")
	}
}

func runTrees(depth int) {
	const least = 4
	require(makeFamily(depth+1).count() == 1<<(depth+2)-1)
	livesOn := makeFamily(depth)
	for each := least; each <= depth; each += 2 {
		trees := 1 << (depth - each + least)
		nodes := 0
		for range trees {
			nodes += makeFamily(each).count()
		}
		require(nodes == trees*(1<<(each+1)-1))
	}
	require(livesOn.count() == 1<<(depth+1)-1)
}

type branch struct {
	left, right   *branch
	first, second int32
}

func (b *branch) populate(depth int) {
	if depth <= 0 {
		return
	}
	b.left, b.right = &branch{}, &branch{}
	b.left.populate(depth - 1)
	b.right.populate(depth - 1)
}

func build(depth int) *branch {
	made := &branch{}
	if depth > 0 {
		made.left, made.right = build(depth-1), build(depth-1)
	}
	return made
}

func runGcbench(stretch int) {
	treeSize := func(depth int) int { return 1<<(depth+1) - 1 }
	build(stretch)
	livesOn := &branch{}
	livesOn.populate(stretch - 2)
	numbers := make([]float64, 500_000)
	for i := range len(numbers) / 2 {
		numbers[i] = 1 / float64(i+1)
	}
	for depth := 4; depth <= stretch-2; depth += 2 {
		trees := 2 * treeSize(stretch) / treeSize(depth)
		for range trees {
			(&branch{}).populate(depth)
		}
		for range trees {
			build(depth)
		}
	}
	require(livesOn.left != nil && numbers[1000] == 1.0/1001)
}

func askProgram(question string, run func(depth int)) {
	depth := 18
	if smoke {
		depth = 8
	}
	var times []float64
	for range repetitions(2) {
		times = append(times, timeOf(func() { run(depth) })/1e6)
	}
	report(question, quantile(times, 0.5), "ms")
}

var sink *node

// Collections run beside the program: a turn of the loop of 10 us and more is taken for a pause.
func askPause(live int) {
	nodes := makeGraph(size(live))
	runtime.GC()
	var pauses []float64
	last := time.Now()
	for range size(5_000_000) {
		first, second := &node{}, &node{}
		first.left, second.left = second, first
		sink = first
		here := time.Now()
		if gap := here.Sub(last).Nanoseconds(); gap >= 10_000 {
			pauses = append(pauses, float64(gap))
		}
		last = here
	}
	runtime.KeepAlive(nodes)
	beside := fmt.Sprintf("/%d", live)
	if len(pauses) > 0 {
		report("pause_median"+beside, quantile(pauses, 0.5)/1e3, "us")
		report("pause_p999"+beside, quantile(pauses, 0.999)/1e3, "us")
		report("pause_longest"+beside, quantile(pauses, 1)/1e3, "us")
	}
	report("pause_collections"+beside, float64(len(pauses)), "")
	for _, pause := range pauses {
		report("pause_ns"+beside, pause, "ns")
	}
}

func main() {
	for _, each := range []struct {
		question string
		ask      func()
	}{
		{"cyc", askCyc},
		{"ring", func() { askCollect("ring", makeRing) }},
		{"grid", func() { askCollect("grid", makeGrid) }},
		{"scan", askScan},
		{"churn", askChurn},
		{"trees", func() { askProgram("trees", runTrees) }},
		{"gcbench", func() { askProgram("gcbench", runGcbench) }},
		{"pause", func() { askPause(1_000_000); askPause(10_000_000) }},
	} {
		if wants(each.question) {
			each.ask()
		}
	}
}
