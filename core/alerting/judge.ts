import { SEVERITIES, type AlertKind, type Severity } from '../protocol/index.js';
import type { Before } from './alert-store.js';
import { findingsOf, showsRecovery, type ErrorBudget, type Finding } from './findings.js';
import { NOTHING_TO_TELL, type Incident, type Judgement, type NewIncident } from './incident.js';
import { wordingOf } from './wording.js';

export interface AlertRule {
  readonly when: AlertKind;
  readonly severity: Severity;
  /** Absent: all. */
  readonly connections?: readonly string[];
  readonly to: readonly string[];
  /** Of `quarantine_growth`, 0 to 1: the part of the error budget that may be used in silence. */
  readonly budgetUsed: number;
  /** Of `stale_data`: an older last success is told. */
  readonly olderThanMs: number;
  /** Who is told too where nobody has acknowledged after so long. */
  readonly escalate?: { readonly afterMs: number; readonly to: readonly string[] };
}

/** What the configuration says about the connection of a run. */
export interface ConnectionFacts {
  readonly budget: ErrorBudget;
  /** Whether figures of the report come from it. */
  readonly feedsReport: boolean;
}

/** What a run changes about incidents: a pure function of the run, what came before it, and the rules. */
export function judge(
  { run, earlier, weekly, open }: Before,
  rules: readonly AlertRule[],
  { budget, feedsReport }: ConnectionFacts,
): Judgement {
  // One who stops a run knows it; a replay reads nothing anew and is watched by whoever started it.
  if (run.state === 'cancelled' || run.trigger === 'replay') return NOTHING_TO_TELL;
  const isOpen = new Set(open.map(({ key }) => key));
  const opened: NewIncident[] = [];
  const seen: string[] = [];
  for (const finding of findingsOf(run, earlier, weekly, budget)) {
    const asked = rulesFor(finding, rules, run.connection);
    if (asked.rules.length === 0) continue;
    const key = keyOf(run.connection, asked.kind, finding.stream);
    if (isOpen.has(key)) seen.push(key);
    else
      opened.push({
        key,
        kind: asked.kind,
        connection: run.connection,
        ...(finding.stream === undefined ? {} : { stream: finding.stream }),
        text: wordingOf(finding, run, feedsReport),
        run: run.id,
        ...toldBy(asked.rules),
      });
  }
  // What no run opened, no run ends: it stands or not, whoever looks.
  const isOver = ({ key, kind, stream, run: opener }: Incident) =>
    opener !== undefined && !seen.includes(key) && showsRecovery(kind, stream, run);
  return { opened, seen, resolved: open.filter(isOver).map(({ key }) => key) };
}

function rulesFor(finding: Finding, rules: readonly AlertRule[], connection: string) {
  const covering = rules.filter(({ connections }) => connections?.includes(connection) ?? true);
  const of = (kind: AlertKind) =>
    covering.filter(
      ({ when, budgetUsed }) =>
        when === kind && (!('used' in finding) || finding.used > budgetUsed || finding.used === 1),
    );
  const named = of(finding.kind);
  const { orElse } = finding;
  return named.length > 0 || orElse === undefined
    ? { kind: finding.kind, rules: named }
    : { kind: orElse, rules: of(orElse) };
}

/** How bad an incident of these rules is, and who is told of it. */
export function toldBy(rules: readonly AlertRule[]): Pick<NewIncident, 'severity' | 'channels' | 'escalations'> {
  const soonest = new Map<string, number>();
  for (const { escalate } of rules)
    for (const channel of escalate?.to ?? [])
      soonest.set(channel, Math.min(escalate!.afterMs, soonest.get(channel) ?? Infinity));
  return {
    severity: SEVERITIES.find((severity) => rules.some((rule) => rule.severity === severity)) ?? 'error',
    channels: [...new Set(rules.flatMap(({ to }) => to))],
    escalations: [...soonest].map(([channel, afterMs]) => ({ channel, afterMs })),
  };
}

/** The same cause has the same key, which channels use to tell one incident from another. */
export function keyOf(connection: string | undefined, kind: AlertKind, part?: string): string {
  return [connection ?? '', kind, ...(part === undefined ? [] : [part])].join(':');
}
