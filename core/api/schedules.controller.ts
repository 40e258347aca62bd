import { Controller, Get, Inject } from '@nestjs/common';
import { Needs } from './access.js';
import { Answers } from './answers.js';
import { SCHEDULES } from './answer-forms.js';
import { connectionForms } from './connection-form.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

@Controller('api/schedules')
@Needs('status:read')
export class SchedulesController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Every connection that runs by itself, the one that is due next first.', SCHEDULES)
  async list(): Promise<object> {
    const { connections } = this.services;
    const standing = await this.services.schedules();
    const forms = await connectionForms(
      connections.filter(({ name }) => Object.hasOwn(standing, name)),
      this.services,
    );
    const schedules = forms.map(({ name, state, schedule, next_slot, last_success }) => ({
      connection: name,
      state,
      schedule,
      next_slot,
      overdue_slot: standing[name]?.overdueSlot ?? null,
      last_success,
    }));
    // One that follows another has no slot of its own.
    const due = ({ next_slot }: { readonly next_slot: string | null }) => next_slot ?? '9';
    return { schedules: schedules.toSorted((a, b) => (due(a) < due(b) ? -1 : due(a) > due(b) ? 1 : 0)) };
  }
}
