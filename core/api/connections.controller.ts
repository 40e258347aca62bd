import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { Answers } from './answers.js';
import { CONNECTION, CONNECTIONS } from './answer-forms.js';
import { stateOf } from './connection-state.js';
import { runForm } from './forms.js';
import { HOST_SERVICES, type ConnectionSummary, type HostServices } from './host-services.js';
import type { RunRecord } from '../persistence/run-store.js';

@Controller('api/connections')
export class ConnectionsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Every connection with its state and last run.', CONNECTIONS)
  async list(): Promise<object> {
    const last = await this.services.runs.lastByConnection();
    return { connections: this.services.connections.map((one) => described(one, last[one.name])) };
  }

  @Get(':name')
  @Answers('One connection with its state and last run.', CONNECTION, 404)
  async show(@Param('name') name: string): Promise<object> {
    const found = this.services.connections.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    const [last] = await this.services.runs.list({ connection: name, limit: 1 });
    return described(found, last);
  }
}

function described(connection: ConnectionSummary, last: RunRecord | undefined): object {
  return { ...connection, state: stateOf(last), last_run: last === undefined ? null : runForm(last) };
}
