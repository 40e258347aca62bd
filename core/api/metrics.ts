import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RunStore, RunTotals } from '../persistence/run-store.js';
import type { RunState } from '../protocol/index.js';
import { Needs } from './access.js';
import { AnswersText } from './answers.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import type { AnsweredRequest } from './request-edge.js';

/**
 * What Prometheus scrapes. Runs happen in other processes too: their figures are read from the store at each scrape. Labels
 * are names of the configuration and states, never anything of a record or a campaign.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;
  private readonly fromStore: readonly (Counter | Gauge)[];

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'tributary_http_request_duration_seconds',
      help: 'Requests that were answered, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
    this.fromStore = [
      new Counter({
        name: 'tributary_runs_total',
        help: 'Runs that ended.',
        labelNames: ['connection', 'state'],
        registers,
      }),
      new Gauge({
        name: 'tributary_runs_open',
        help: 'Runs under way.',
        labelNames: ['connection', 'state'],
        registers,
      }),
      new Counter({
        name: 'tributary_run_duration_seconds_total',
        help: 'Time of all runs that ended.',
        labelNames: ['connection'],
        registers,
      }),
      new Counter({
        name: 'tributary_rows_total',
        help: 'Rows by column of the ledger.',
        labelNames: ['connection', 'column'],
        registers,
      }),
      new Gauge({
        name: 'tributary_last_success_timestamp_seconds',
        help: 'When the last run that succeeded ended.',
        labelNames: ['connection'],
        registers,
      }),
      new Gauge({ name: 'tributary_store_up', help: 'Whether the store answered this scrape.', registers }),
    ];
  }

  readonly answered = ({ method, route, status, ms }: AnsweredRequest): void => {
    this.requests.observe({ method, route, status: String(status) }, ms / 1000);
  };

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Without the store there is still what the process knows of itself. */
  async text(runs: RunStore, connections: ReadonlySet<string>): Promise<string> {
    const totals = await runs.totals().catch(() => undefined);
    // No scrape of another may come between here and the text, or it would show half of the sums.
    this.set(totals?.filter(({ connection }) => connections.has(connection)));
    return this.registry.metrics();
  }

  private set(totals: readonly RunTotals[] | undefined): void {
    const [ended, open, seconds, rows, success, up] = this.fromStore as [
      Counter,
      Gauge,
      Counter,
      Counter,
      Gauge,
      Gauge,
    ];
    for (const metric of this.fromStore) metric.reset();
    up.set(totals === undefined ? 0 : 1);
    for (const { connection, ...of } of totals ?? []) {
      for (const [state, count] of Object.entries(of.runs) as [RunState, number][])
        (state === 'running' || state === 'queued' ? open : ended).inc({ connection, state }, count);
      seconds.inc({ connection }, of.seconds);
      for (const [column, count] of Object.entries(of.rows)) rows.inc({ connection, column }, count);
      if (of.lastSuccessAt !== undefined) success.set({ connection }, Date.parse(of.lastSuccessAt) / 1000);
    }
  }
}

@Controller('metrics')
@Needs('status:read')
export class MetricsController {
  constructor(
    @Inject(HOST_SERVICES) private readonly services: HostServices,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get()
  @AnswersText('Figures of connections, requests and the process, in the text format of Prometheus.', 'text/plain')
  async scrape(@Res() response: Response): Promise<void> {
    const names = new Set(this.services.connections.map(({ name }) => name));
    response.type(this.metrics.contentType).send(await this.metrics.text(this.services.runs, names));
  }
}
