/**
 * The whole programs and the pauses, asked of Java. Takes [--smoke] [QUESTION...]; prints question, contender, value,
 * unit. Single operations are not asked for: there is no telling what the compiler leaves of them.
 */
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

public final class Cycles {
  static boolean smoke;
  static String contender;

  static void report(String question, double value, String unit) {
    System.out.printf("%s\t%s\t%.2f\t%s%n", question, contender, value, unit);
  }

  static void require(boolean holds) {
    if (!holds) throw new IllegalStateException("a program has computed nonsense");
  }

  static double quantile(double[] values, double part) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (part * (sorted.length - 1))];
  }

  static final class Child {
    Child left, right, parent;

    static Child make(int depth) {
      Child made = new Child();
      if (depth > 0) {
        made.left = make(depth - 1);
        made.right = make(depth - 1);
        made.left.parent = made;
        made.right.parent = made;
      }
      return made;
    }

    long count() {
      return left == null ? 1 : 1 + left.count() + right.count();
    }
  }

  static void runTrees(int depth) {
    final int least = 4;
    require(Child.make(depth + 1).count() == (1L << (depth + 2)) - 1);
    Child livesOn = Child.make(depth);
    for (int each = least; each <= depth; each += 2) {
      long trees = 1L << (depth - each + least);
      long nodes = 0;
      for (long i = 0; i != trees; ++i) nodes += Child.make(each).count();
      require(nodes == trees * ((1L << (each + 1)) - 1));
    }
    require(livesOn.count() == (1L << (depth + 1)) - 1);
  }

  static final class Branch {
    Branch left, right;
    int first, second;

    void populate(int depth) {
      if (depth <= 0) return;
      left = new Branch();
      right = new Branch();
      left.populate(depth - 1);
      right.populate(depth - 1);
    }

    static Branch build(int depth) {
      Branch made = new Branch();
      if (depth > 0) {
        made.left = build(depth - 1);
        made.right = build(depth - 1);
      }
      return made;
    }
  }

  static Branch last;

  static void runGcbench(int stretch) {
    last = Branch.build(stretch);
    last = null;
    Branch livesOn = new Branch();
    livesOn.populate(stretch - 2);
    double[] numbers = new double[500_000];
    for (int i = 0; i != numbers.length / 2; ++i) numbers[i] = 1.0 / (i + 1);
    for (int depth = 4; depth <= stretch - 2; depth += 2) {
      int trees = 2 * ((1 << (stretch + 1)) - 1) / ((1 << (depth + 1)) - 1);
      for (int i = 0; i != trees; ++i) {
        last = new Branch();
        last.populate(depth);
      }
      for (int i = 0; i != trees; ++i) last = Branch.build(depth);
    }
    require(livesOn.left != null && numbers[1000] == 1.0 / 1001);
  }

  /** The best of five: the first ones are interpreted. */
  static void askProgram(String question, Runnable run) {
    double best = Double.MAX_VALUE;
    for (int i = 0; i != (smoke ? 1 : 5); ++i) {
      long begin = System.nanoTime();
      run.run();
      best = Math.min(best, (System.nanoTime() - begin) / 1e6);
    }
    report(question, best, "ms");
  }

  static final class Node {
    Node left, right;
    long payload;
  }

  static Node sink;

  /** A turn of the loop of 10 us and more is taken for a pause. */
  static void askPause(int live) {
    Node[] nodes = new Node[smoke ? 1000 : live];
    for (int i = 0; i != nodes.length; ++i) nodes[i] = new Node();
    long state = 88172645463325252L;
    for (Node each : nodes) {
      // xorshift64*: the same numbers in every language here.
      Node[] targets = new Node[2];
      for (int i = 0; i != 2; ++i) {
        state ^= state >>> 12;
        state ^= state << 25;
        state ^= state >>> 27;
        targets[i] = nodes[(int) ((state * 0x2545F4914F6CDD1DL >>> 32) * nodes.length >>> 32)];
      }
      each.left = targets[0];
      each.right = targets[1];
    }
    System.gc();
    double[] pauses = new double[1 << 20];
    int count = 0;
    long before = System.nanoTime();
    for (int i = 0; i != (smoke ? 1000 : 5_000_000); ++i) {
      Node first = new Node();
      Node second = new Node();
      first.left = second;
      second.left = first;
      sink = first;
      long here = System.nanoTime();
      if (here - before >= 10_000 && count != pauses.length) pauses[count++] = here - before;
      before = here;
    }
    require(nodes[0].left != null);
    String beside = "/" + live;
    double[] found = Arrays.copyOf(pauses, count);
    if (count != 0) {
      report("pause_median" + beside, quantile(found, 0.5) / 1e3, "us");
      report("pause_p999" + beside, quantile(found, 0.999) / 1e3, "us");
      report("pause_longest" + beside, quantile(found, 1) / 1e3, "us");
    }
    report("pause_collections" + beside, count, "");
    for (double pause : found) report("pause_ns" + beside, pause, "ns");
  }

  public static void main(String[] arguments) {
    List<String> words = Arrays.asList(arguments);
    smoke = words.contains("--smoke");
    boolean all = words.stream().allMatch(word -> word.startsWith("--"));
    contender = "Java " + Runtime.version().feature() + " " + collector();
    int depth = smoke ? 8 : 18;
    if (all || words.contains("trees")) askProgram("trees", () -> runTrees(depth));
    if (all || words.contains("gcbench")) askProgram("gcbench", () -> runGcbench(depth));
    if (all || words.contains("pause")) {
      askPause(1_000_000);
      askPause(10_000_000);
    }
  }

  static String collector() {
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (each.getName().startsWith("G1")) return "G1";
      if (each.getName().startsWith("Copy") || each.getName().startsWith("MarkSweep")) return "Serial";
    }
    return "other";
  }
}
