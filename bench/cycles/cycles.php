<?php
// The questions, asked of PHP. Takes [--smoke] [QUESTION...]; prints question, contender, value, unit.

ini_set('memory_limit', '-1');
$words = array_slice($argv, 1);
$smoke = in_array('--smoke', $words);
$wanted = array_filter($words, fn($word) => !str_starts_with($word, '--'));

function size(int $full): int
{
    global $smoke;
    return $smoke ? min($full, 1000 + intdiv($full, 10_000)) : $full;
}

function report(string $question, float $value, string $unit): void
{
    printf("%s\tPHP %d.%d\t%.2f\t%s\n", $question, PHP_MAJOR_VERSION, PHP_MINOR_VERSION, $value, $unit);
}

function quantile(array $values, float $part): float
{
    sort($values);
    return $values[(int) ($part * (count($values) - 1))];
}

/** ns */
function time_of(callable $work): float
{
    $begin = hrtime(true);
    $work();
    return hrtime(true) - $begin;
}

class Node
{
    public ?Node $left = null;
    public ?Node $right = null;
    public int $payload = 0;
}

class Cell
{
    public ?Cell $up = null, $down = null, $left = null, $right = null;
}

function ask_cyc(): void
{
    $objects = size(1_000_000);
    gc_disable();
    // The first repetition has a fresh heap.
    for ($i = 0; $i != 2; ++$i) {
        $pairs = [];
        $make = time_of(function () use (&$pairs, $objects) {
            for ($pair = 0; $pair != intdiv($objects, 2); ++$pair) {
                $first = new Node();
                $second = new Node();
                $first->left = $second;
                $second->left = $first;
                $pairs[] = $first;
            }
        });
        $drop = time_of(function () use (&$pairs) {
            $pairs = [];
        });
        $collect = time_of('gc_collect_cycles');
    }
    gc_enable();
    report('cyc_make', $make / $objects, 'ns');
    report('cyc_drop', $drop / $objects, 'ns');
    report('cyc_collect', $collect / $objects, 'ns');
    report('cyc_whole', ($make + $drop + $collect) / $objects, 'ns');
}

function make_grid(int $side): void
{
    $above = [];
    for ($row = 0; $row != $side; ++$row) {
        $here = [];
        for ($column = 0; $column != $side; ++$column) {
            $cell = $here[] = new Cell();
            if ($column) {
                $cell->left = $here[$column - 1];
                $here[$column - 1]->right = $cell;
            }
            if ($row) {
                $cell->up = $above[$column];
                $above[$column]->down = $cell;
            }
        }
        $above = $here;
    }
}

/** No ring: PHP's collector overflows the stack. */
function ask_grid(): void
{
    $side = (int) sqrt(size(1_000_000));
    gc_disable();
    make_grid($side);
    report('grid', time_of('gc_collect_cycles') / ($side * $side), 'ns');
    gc_enable();
}

function make_graph(int $objects): array
{
    $nodes = [];
    for ($i = 0; $i != $objects; ++$i) $nodes[] = new Node();
    mt_srand(1);
    foreach ($nodes as $node) {
        $node->left = $nodes[mt_rand(0, $objects - 1)];
        $node->right = $nodes[mt_rand(0, $objects - 1)];
    }
    return $nodes;
}

function cut(array &$nodes): void
{
    foreach ($nodes as $node) {
        $node->left = null;
        $node->right = null;
    }
    $nodes = [];
}

function ask_scan(): void
{
    gc_disable();
    $nodes = make_graph(size(1_000_000));
    foreach ($nodes as $node) $touched = $node;
    unset($node, $touched);
    report('scan', time_of('gc_collect_cycles') / count($nodes), 'ns');
    cut($nodes);
    gc_enable();
}

function churn(array $nodes, int $operations, int $make_every): float
{
    $last = count($nodes) - 1;
    $until_make = $make_every;
    return time_of(function () use ($nodes, $operations, $make_every, $last, &$until_make) {
        for ($i = 0; $i != $operations; ++$i) {
            $to = mt_rand(0, $last);
            $from = mt_rand(0, $last);
            if (--$until_make == 0) {
                $nodes[$to]->right = new Node();
                $until_make = $make_every;
            } else {
                $nodes[$to]->left = $nodes[$from];
            }
        }
    }) / $operations;
}

function ask_churn(): void
{
    $operations = size(1_000_000);
    $nodes = make_graph(size(1_000_000));
    foreach (['churn' => 0, 'churn_make' => 100] as $name => $every) {
        gc_disable();
        report("{$name}_off", churn($nodes, $operations, $every), 'ns');
        gc_enable();
        report("{$name}_on", churn($nodes, $operations, $every), 'ns');
    }
    cut($nodes);
}

class Child
{
    public ?Child $left = null, $right = null, $parent = null;

    public function __construct(int $depth)
    {
        if ($depth > 0) {
            $this->left = new Child($depth - 1);
            $this->right = new Child($depth - 1);
            $this->left->parent = $this->right->parent = $this;
        }
    }

    public function count(): int
    {
        return $this->left === null ? 1 : 1 + $this->left->count() + $this->right->count();
    }
}

/** A sixteenth of the trees that the other contenders make, and sixteen times their time. */
function ask_trees(): void
{
    global $smoke;
    [$depth, $least, $share] = $smoke ? [8, 4, 1] : [18, 4, 16];
    $lives_on = null;
    $time = time_of(function () use ($depth, &$lives_on) {
        (new Child($depth + 1))->count();
        $lives_on = new Child($depth);
    });
    $time += $share * time_of(function () use ($depth, $least, $share) {
        for ($each = $least; $each <= $depth; $each += 2) {
            $trees = intdiv(2 ** ($depth - $each + $least), $share);
            for ($i = 0; $i != $trees; ++$i) (new Child($each))->count();
        }
    });
    report('trees', $time / 1e6, 'ms');
}

/** Collections are not announced: a turn of the loop of 10 us and more is taken for one. */
function ask_pause(int $live): void
{
    $nodes = make_graph(size($live));
    gc_collect_cycles();
    $pauses = [];
    $last = hrtime(true);
    for ($i = 0, $end = size(1_000_000); $i != $end; ++$i) {
        $first = new Node();
        $second = new Node();
        $first->left = $second;
        $second->left = $first;
        $here = hrtime(true);
        if ($here - $last >= 10_000) $pauses[] = $here - $last;
        $last = $here;
    }
    if ($pauses) {
        foreach (['median' => 0.5, 'p999' => 0.999, 'longest' => 1.0] as $name => $part) {
            report("pause_$name/$live", quantile($pauses, $part) / 1e3, 'us');
        }
    }
    report("pause_collections/$live", count($pauses), '');
    foreach ($pauses as $pause) report("pause_ns/$live", $pause, 'ns');
    cut($nodes);
}

$questions = [
    'cyc' => 'ask_cyc',
    'grid' => 'ask_grid',
    'scan' => 'ask_scan',
    'churn' => 'ask_churn',
    'trees' => 'ask_trees',
    'pause' => fn() => ask_pause(1_000_000),
];
foreach ($questions as $question => $ask) {
    if (!$wanted || in_array($question, $wanted)) $ask();
}
