import { isUnknown, type Node, type System } from './system.js';

/**
 * One more count to hide beside a secret: the cheapest of the sums in which one hidden count stands alone, of those that lead to
 * the secret; where there is none, of a sum that the secret stands in, and then of those of what is hidden beside it.
 */
export function complementOf(
  system: System,
  secret: readonly Node[],
  isCandidate: (node: Node) => boolean,
  hiddenIn: readonly number[],
): Node | undefined {
  // The finest rows are never shown and lead everywhere; what they stand in comes last.
  for (const isTaken of [(sum: number) => !system.finestSums.has(sum), () => true]) {
    const layers = layersOf(system, secret, isTaken);
    const alone = layers.flat().filter((sum) => hiddenIn[sum] === 1);
    for (const sums of [alone, ...layers]) {
      const best = cheapestOf(sums.flatMap((sum) => cheapest(system, sum, isCandidate, hiddenIn) ?? []));
      if (best !== undefined) return best.node;
    }
  }
  return undefined;
}

/** The sums that a secret stands in, then those of what is hidden in these, and so on. */
function layersOf(
  system: System,
  secret: readonly Node[],
  isTaken: (sum: number) => boolean,
): readonly (readonly number[])[] {
  const seen = new Set<number>();
  const layers: number[][] = [];
  let nodes = secret;
  for (;;) {
    const sums = [...new Set(nodes.flatMap(({ id }) => system.sumsOf.get(id) ?? []))].filter(
      (sum) => !seen.has(sum) && isTaken(sum),
    );
    if (sums.length === 0) return layers;
    layers.push(sums);
    for (const sum of sums) seen.add(sum);
    nodes = sums.flatMap((sum) => system.sums[sum]!.flatMap(([node]) => (isUnknown(node) ? [node] : [])));
  }
}

interface Priced {
  readonly node: Node;
  readonly cost: number;
}

const cheapestOf = (priced: readonly Priced[]): Priced | undefined =>
  priced.reduce<Priced | undefined>(
    (best, one) => (best === undefined || one.cost < best.cost ? one : best),
    undefined,
  );

/** The smallest, so that little is lost; one that closes another sum too costs less, since that needs a second one anyway. */
function cheapest(
  system: System,
  index: number,
  isCandidate: (node: Node) => boolean,
  hiddenIn: readonly number[],
): Priced | undefined {
  return cheapestOf(
    system.sums[index]!.flatMap(([node]) => {
      if (isUnknown(node) || !isCandidate(node)) return [];
      const isNeeded = (system.sumsOf.get(node.id) ?? []).some(
        (other) => other !== index && hiddenIn[other] === 1 && !system.finestSums.has(other),
      );
      // A zero says little when it is hidden, and hides little.
      return [{ node, cost: (node.value === 0 ? 1e15 : node.value) * (isNeeded ? 0.25 : 1) }];
    }),
  );
}
