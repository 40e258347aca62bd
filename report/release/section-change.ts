/**
 * The section of a version as what differs from the version before: names that stayed are told only, and of a list the rows that are other
 * ones. What the views of the warehouse read of the newest version stands whole.
 */
export interface SectionChange {
  readonly schema: typeof SCHEMA;
  /** All that the section has, in its order. */
  readonly names: readonly string[];
  readonly whole: Readonly<Record<string, unknown>>;
  readonly lists: Readonly<Record<string, readonly Piece[]>>;
}

/** From the first to the last row of the list as it was; or a row that it had not. */
type Piece = readonly [first: number, last: number] | { readonly row: unknown };
type Told = Readonly<Record<string, unknown>>;

const SCHEMA = 'section_change/1';
const IN_VIEWS: readonly string[] = ['experiments', 'forecasts'];

/** As it is stored; both are a section as JSON. */
export function changeOf(before: string, after: string): string {
  const [was, is] = [JSON.parse(before) as Told, JSON.parse(after) as Told];
  const names = Object.keys(is);
  const whole: Record<string, unknown> = {};
  const lists: Record<string, readonly Piece[]> = {};
  for (const name of names) {
    if (IN_VIEWS.includes(name) || JSON.stringify(was[name]) === JSON.stringify(is[name])) continue;
    const [old, now] = [was[name], is[name]];
    if (Array.isArray(old) && Array.isArray(now)) lists[name] = piecesOf(old, now);
    else whole[name] = now;
  }
  const inViews = Object.fromEntries(IN_VIEWS.map((name) => [name, is[name]]));
  return JSON.stringify({ schema: SCHEMA, names, whole, lists, ...inViews } satisfies SectionChange & Told);
}

function piecesOf(old: readonly unknown[], now: readonly unknown[]): readonly Piece[] {
  const places = new Map(old.map((row, place) => [JSON.stringify(row), place]));
  const pieces: Piece[] = [];
  for (const row of now) {
    const place = places.get(JSON.stringify(row));
    const last = pieces.at(-1);
    if (place === undefined) pieces.push({ row });
    else if (Array.isArray(last) && last[1] + 1 === place) pieces[pieces.length - 1] = [last[0], place];
    else pieces.push([place, place]);
  }
  return pieces;
}

/** Null where the text is a section itself. */
export function parseChange(text: string): SectionChange | null {
  return text.startsWith(`{"schema":"${SCHEMA}"`) ? (JSON.parse(text) as SectionChange) : null;
}

/** The section of the version after: the same text that it was stored from. */
export function afterChange(before: string, change: SectionChange): string {
  const was = JSON.parse(before) as Told;
  const rowsOf = (name: string, pieces: readonly Piece[]) =>
    pieces.flatMap((piece) =>
      'row' in piece ? [piece.row] : (was[name] as readonly unknown[]).slice(piece[0], piece[1] + 1),
    );
  const valueOf = (name: string): unknown => {
    if (IN_VIEWS.includes(name)) return (change as SectionChange & Told)[name];
    if (Object.hasOwn(change.whole, name)) return change.whole[name];
    const pieces = Object.hasOwn(change.lists, name) ? change.lists[name] : undefined;
    return pieces === undefined ? was[name] : rowsOf(name, pieces);
  };
  return JSON.stringify(Object.fromEntries(change.names.map((name) => [name, valueOf(name)])));
}
