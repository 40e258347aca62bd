import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { OpenToAll } from './access.js';
import { AlsoAnswers, Answers } from './answers.js';
import { LIVE, READY } from './answer-forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

@Controller()
@OpenToAll()
export class HealthController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** The process answers; nothing else is asked. */
  @Get('livez')
  @Answers('The process answers.', LIVE)
  live(): object {
    return { status: 'ok' };
  }

  /** The store and the report's destination answer too; 503 with the reason where one does not. */
  @Get('readyz')
  @Answers('The host can do its work.', READY)
  @AlsoAnswers(503, 'It cannot; the checks say why.', READY)
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const checks = await this.services.ready();
    const isReady = Object.values(checks).every((check) => check === 'ok');
    if (!isReady) response.status(503);
    return { status: isReady ? 'ok' : 'unavailable', checks };
  }
}
