## The questions, asked of Nim with ORC. Takes [--smoke] [QUESTION...]; prints question, contender, value, unit.

import std/[algorithm, monotimes, os, strformat, strutils, times]

const contender = "Nim ORC"
let smoke = "--smoke" in commandLineParams()
var wanted: seq[string]
for word in commandLineParams():
  if not word.startsWith("--"): wanted.add word

proc wants(question: string): bool = wanted.len == 0 or question in wanted
proc size(full: int): int = (if smoke: min(full, 1000 + full div 10_000) else: full)
proc repetitions(full: int): int = (if smoke: 1 else: full)
proc report(question: string, value: float, unit: string) =
  stdout.write &"{question}\t{contender}\t{value:.2f}\t{unit}\n"
  stdout.flushFile
proc now(): int64 = getMonoTime().ticks
proc quantile(values: seq[float], part: float): float =
  sorted(values)[int(part * float(values.len - 1))]

template timeOf(work: untyped): float =
  let begin = now()
  work
  float(now() - begin)

type Random = object
  state: uint64

## xorshift64*: the same numbers in every language here.
proc below(random: var Random, last: int): int =
  random.state = random.state xor (random.state shr 12)
  random.state = random.state xor (random.state shl 25)
  random.state = random.state xor (random.state shr 27)
  int(((random.state * 0x2545F4914F6CDD1D'u64) shr 32) * uint64(last) shr 32)

proc newRandom(): Random = Random(state: 88172645463325252'u64)

type
  Node = ref object
    left, right: Node
    payload: int
  Cell = ref object
    up, down, left, right: Cell

proc makePairs(pairs: var seq[Node], objects: int) =
  for i in 0 ..< objects div 2:
    let first = Node()
    let second = Node()
    first.left = second
    second.left = first
    pairs.add first

proc askCyc() =
  let objects = size(1_000_000)
  let each = 1 / float(objects)
  var make, drop, collect, whole: seq[float]
  GC_disableOrc()
  var pairs = newSeqOfCap[Node](objects div 2)
  # The first repetition has a fresh heap.
  for i in 0 .. repetitions(7):
    let made = each * timeOf(makePairs(pairs, objects))
    let dropped = each * timeOf(pairs.setLen(0))
    let collected = each * timeOf(GC_runOrc())
    if i > 0:
      make.add made
      drop.add dropped
      collect.add collected
      whole.add made + dropped + collected
  GC_enableOrc()
  report("cyc_make", quantile(make, 0.5), "ns")
  report("cyc_drop", quantile(drop, 0.5), "ns")
  report("cyc_collect", quantile(collect, 0.5), "ns")
  report("cyc_whole", quantile(whole, 0.5), "ns")

proc makeRing(objects: int) =
  let first = Node()
  var last = first
  for i in 1 ..< objects:
    let next = Node()
    last.left = next
    last = next
  last.left = first

proc makeGrid(objects: int) =
  var side = 1
  while side * side < objects: inc side
  var above: seq[Cell]
  for row in 0 ..< side:
    var here = newSeq[Cell](side)
    for column in 0 ..< side:
      let cell = Cell()
      here[column] = cell
      if column > 0:
        cell.left = here[column - 1]
        here[column - 1].right = cell
      if row > 0:
        cell.up = above[column]
        above[column].down = cell
    above = move here

proc askCollect(question: string, make: proc(objects: int)) =
  let objects = size(1_000_000)
  var all: seq[float]
  GC_disableOrc()
  for i in 0 .. repetitions(5):
    make(objects)
    let time = timeOf(GC_runOrc()) / float(objects)
    if i > 0: all.add time
  GC_enableOrc()
  report(question, quantile(all, 0.5), "ns")

proc makeGraph(objects: int): seq[Node] =
  result = newSeq[Node](objects)
  for i in 0 ..< objects: result[i] = Node()
  var random = newRandom()
  for i in 0 ..< objects:
    result[i].left = result[random.below(objects)]
    result[i].right = result[random.below(objects)]

proc cut(nodes: var seq[Node]) =
  for i in 0 ..< nodes.len:
    nodes[i].left = nil
    nodes[i].right = nil
  nodes.setLen(0)
  GC_runOrc()

var touched: Node

proc scan(nodes: seq[Node], candidates: int): float =
  var all: seq[float]
  for i in 0 ..< repetitions(3):
    for j in 0 ..< candidates:
      touched = nodes[j * (nodes.len div candidates)]
      touched = nil
    all.add timeOf(GC_runOrc()) / float(nodes.len)
  quantile(all, 0.5)

proc askScan() =
  GC_disableOrc()
  var nodes = makeGraph(size(1_000_000))
  report("scan", scan(nodes, nodes.len), "ns")
  report("scan_few", scan(nodes, 100), "ns")
  cut(nodes)
  GC_enableOrc()

proc churn(nodes: seq[Node], operations, makeEvery: int): float =
  var random = newRandom()
  var untilMake = makeEvery
  let time = timeOf:
    for i in 0 ..< operations:
      let to = random.below(nodes.len)
      let source = random.below(nodes.len)
      dec untilMake
      if untilMake == 0:
        nodes[to].right = Node()
        untilMake = makeEvery
      else:
        nodes[to].left = nodes[source]
  time / float(operations)

proc askChurn() =
  let operations = size(5_000_000)
  var nodes = makeGraph(size(1_000_000))
  for (name, every) in [("churn", 0), ("churn_make", 100)]:
    GC_runOrc()
    GC_disableOrc()
    report(name & "_off", churn(nodes, operations, every), "ns")
    GC_runOrc()
    GC_enableOrc()
    report(name & "_on", churn(nodes, operations, every), "ns")
  cut(nodes)

type Child = ref object
  left, right, parent: Child

proc makeFamily(depth: int): Child =
  result = Child()
  if depth > 0:
    result.left = makeFamily(depth - 1)
    result.right = makeFamily(depth - 1)
    result.left.parent = result
    result.right.parent = result

proc count(root: Child): int =
  if root.left == nil: 1 else: 1 + count(root.left) + count(root.right)

proc runTrees(depth: int) =
  const least = 4
  doAssert count(makeFamily(depth + 1)) == 1 shl (depth + 2) - 1
  let livesOn = makeFamily(depth)
  for each in countup(least, depth, 2):
    let trees = 1 shl (depth - each + least)
    var nodes = 0
    for i in 1 .. trees: nodes += count(makeFamily(each))
    doAssert nodes == trees * (1 shl (each + 1) - 1)
  doAssert count(livesOn) == 1 shl (depth + 1) - 1

type Branch = ref object
  left, right: Branch
  first, second: int32

proc populate(at: Branch, depth: int) =
  if depth <= 0: return
  at.left = Branch()
  at.right = Branch()
  populate(at.left, depth - 1)
  populate(at.right, depth - 1)

proc build(depth: int): Branch =
  result = Branch()
  if depth > 0:
    result.left = build(depth - 1)
    result.right = build(depth - 1)

proc runGcbench(stretch: int) =
  proc treeSize(depth: int): int = 1 shl (depth + 1) - 1
  discard build(stretch)
  let livesOn = Branch()
  populate(livesOn, stretch - 2)
  var numbers = newSeq[float](500_000)
  for i in 0 ..< numbers.len div 2: numbers[i] = 1 / float(i + 1)
  for depth in countup(4, stretch - 2, 2):
    let trees = 2 * treeSize(stretch) div treeSize(depth)
    for i in 1 .. trees:
      let root = Branch()
      populate(root, depth)
    for i in 1 .. trees: discard build(depth)
  doAssert livesOn != nil and numbers[1000] == 1 / 1001

proc makeGarbage() =
  let first = Node()
  let second = Node()
  first.left = second
  second.left = first

## Collections are not announced: a turn of the loop of 10 us and more is taken for one.
proc askPause(live: int) =
  var nodes = makeGraph(size(live))
  GC_runOrc()
  var pauses: seq[float]
  var last = now()
  for i in 0 ..< size(5_000_000):
    makeGarbage()
    let here = now()
    if here - last >= 10_000: pauses.add float(here - last)
    last = here
  if pauses.len > 0:
    for (name, part) in [("median", 0.5), ("p999", 0.999), ("longest", 1.0)]:
      report(&"pause_{name}/{live}", quantile(pauses, part) / 1e3, "us")
  report(&"pause_collections/{live}", float(pauses.len), "")
  for pause in pauses: report(&"pause_ns/{live}", pause, "ns")
  cut(nodes)

proc main() =
  if wants("cyc"): askCyc()
  if wants("ring"): askCollect("ring", makeRing)
  if wants("grid"): askCollect("grid", makeGrid)
  if wants("scan"): askScan()
  if wants("churn"): askChurn()
  if wants("trees"): report("trees", timeOf(runTrees(if smoke: 8 else: 18)) / 1e6, "ms")
  if wants("gcbench"): report("gcbench", timeOf(runGcbench(if smoke: 8 else: 18)) / 1e6, "ms")
  if wants("pause"): askPause(1_000_000)

main()
