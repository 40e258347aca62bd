import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { Answers } from './answers.js';
import { CONNECTION, CONNECTIONS } from './answer-forms.js';
import { stateOf } from './connection-state.js';
import { runForm } from './forms.js';
import { HOST_SERVICES, type ConnectionSchedule, type ConnectionSummary, type HostServices } from './host-services.js';
import type { RunRecord } from '../persistence/run-store.js';

@Controller('api/connections')
export class ConnectionsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Every connection with its state and last run.', CONNECTIONS)
  async list(): Promise<object> {
    const { connections, runs } = this.services;
    const [last, successes, schedules] = await Promise.all([
      runs.lastByConnection(),
      runs.lastSuccesses(),
      this.services.schedules(),
    ]);
    return {
      connections: connections.map((one) => described(one, last[one.name], successes[one.name], schedules[one.name])),
    };
  }

  @Get(':name')
  @Answers('One connection with its state and last run.', CONNECTION, 404)
  async show(@Param('name') name: string): Promise<object> {
    const { connections, runs } = this.services;
    const found = connections.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    const [[last], successes, schedules] = await Promise.all([
      runs.list({ connection: name, limit: 1 }),
      runs.lastSuccesses(),
      this.services.schedules(),
    ]);
    return described(found, last, successes[name], schedules[name]);
  }
}

function described(
  connection: ConnectionSummary,
  last: RunRecord | undefined,
  lastSuccess: string | undefined,
  { schedule, nextSlot, overdueSlot }: Partial<ConnectionSchedule> = {},
): object {
  return {
    ...connection,
    state: stateOf(last, { overdueSlot, lastSuccess }),
    schedule: schedule ?? null,
    next_slot: nextSlot ?? null,
    last_run: last === undefined ? null : runForm(last),
  };
}
