/** Holt and Winters with an additive season, and what it starts from. */
export interface SmoothingStart {
  readonly level: number;
  readonly trend: number;
  /** Of one season, in the order of the first values. */
  readonly season: readonly number[];
}

export interface Smoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

export interface Smoothed {
  /** Sum of the squared errors one step ahead. */
  readonly sse: number;
  readonly residuals: readonly number[];
  /** The expected values after the last one. */
  forecast(steps: number): readonly number[];
  /** Values after the last one, where each differs from what is expected by an error that `next` gives. */
  path(steps: number, next: () => number): readonly number[];
}

/** `beta` is the part of the level's correction that the trend takes. A null was not measured and moves nothing. */
export function smooth(
  values: readonly (number | null)[],
  { alpha, beta, gamma }: Smoothing,
  start: SmoothingStart,
): Smoothed {
  const period = start.season.length;
  const residuals: number[] = [];
  const state = { level: start.level, trend: start.trend, season: [...start.season] };
  const step = (on: typeof state, at: number, error: number) => {
    on.level += on.trend + alpha * error;
    on.trend += alpha * beta * error;
    on.season[at % period] = on.season[at % period]! + gamma * error;
  };
  const expected = (on: typeof state, at: number) => on.level + on.trend + on.season[at % period]!;
  for (const [index, value] of values.entries()) {
    const error = value === null ? 0 : value - expected(state, index);
    if (value !== null) residuals.push(error);
    step(state, index, error);
  }
  const path = (steps: number, next: () => number) => {
    const on = { ...state, season: [...state.season] };
    return Array.from({ length: steps }, (_, ahead) => {
      const at = values.length + ahead;
      const error = next();
      const value = expected(on, at) + error;
      step(on, at, error);
      return value;
    });
  };
  return {
    sse: residuals.reduce((sum, error) => sum + error * error, 0),
    residuals,
    forecast: (steps) => path(steps, () => 0),
    path,
  };
}

const ALPHAS = [0.02, 0.1, 0.2, 0.4];
const BETAS = [0, 0.05];
const GAMMAS = [0.02, 0.1, 0.2];

/** The smoothing that errs least on these values; it starts from the first two seasons. */
export function fitted(values: readonly (number | null)[], period: number): Smoothed {
  const start = startOf(values, period);
  const all = ALPHAS.flatMap((alpha) =>
    BETAS.flatMap((beta) => GAMMAS.map((gamma) => smooth(values, { alpha, beta, gamma }, start))),
  );
  return all.reduce((best, one) => (one.sse < best.sse ? one : best));
}

function startOf(values: readonly (number | null)[], period: number): SmoothingStart {
  const first = values.slice(0, 2 * period);
  const level = mean(first.filter((value) => value !== null));
  const season = Array.from({ length: period }, (_, at) => {
    const own = first.filter((value, index): value is number => index % period === at && value !== null);
    return own.length === 0 ? 0 : mean(own) - level;
  });
  return { level, trend: 0, season };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
