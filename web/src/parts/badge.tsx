import { sentence, words } from './text';

type Tone = 'ok' | 'warn' | 'bad' | 'live' | 'plain';

const TONES: Readonly<Record<string, Tone>> = {
  on_time: 'ok',
  late: 'warn',
  failing: 'bad',
  action_required: 'bad',
  paused: 'plain',
  never_run: 'plain',
  queued: 'plain',
  running: 'live',
  reading: 'live',
  pending: 'plain',
  succeeded: 'ok',
  complete: 'ok',
  partial: 'warn',
  failed: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
  ended: 'ok',
  skipped: 'plain',
  critical: 'bad',
  warning: 'warn',
  info: 'plain',
  resolved: 'ok',
  allowed: 'plain',
  denied: 'bad',
  preliminary: 'warn',
  final: 'ok',
  restated: 'warn',
  open: 'bad',
  not_reviewed: 'warn',
  look: 'warn',
};

/** A shape as well as a colour, for who does not see the colour. */
const SHAPES: Readonly<Record<Tone, string>> = {
  ok: 'M2 6.5 5 9.5 10 3',
  warn: 'M6 1.5 11 10.5H1ZM6 5v2.6M6 9v.2',
  bad: 'M2.5 2.5l7 7M9.5 2.5l-7 7',
  live: 'M6 1.5a4.5 4.5 0 1 1-4.5 4.5',
  plain: 'M2.5 6h7',
};

export function Badge({ state, children }: { readonly state: string; readonly children?: string }) {
  const tone = TONES[state] ?? 'plain';
  return (
    <span className={`badge ${tone}`}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path
          d={SHAPES[tone]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {children ?? sentence(words(state))}
    </span>
  );
}
