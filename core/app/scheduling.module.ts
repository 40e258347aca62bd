import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';

/** Work that is done at once, and again and again: it shall not overlap with itself, and its failures are only told. */
export interface Ticking {
  tick(): Promise<unknown>;
  onFailure(error: unknown): void;
}

const TICKING = Symbol('TICKING');
/** A request is added at most so much after its slot. */
const TICK_MS = 5_000;
const PATIENCE_MS = 10_000;

@Injectable()
class SchedulingDriver implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(@Inject(TICKING) private readonly ticking: Ticking) {}

  onApplicationBootstrap(): void {
    this.tick();
  }

  @Interval(TICK_MS)
  tick(): void {
    if (this.isStopping || this.running !== undefined) return;
    this.running = this.ticking
      .tick()
      .then(() => undefined)
      .catch((error: unknown) => this.ticking.onFailure(error))
      .finally(() => {
        this.running = undefined;
      });
  }

  /** The store is closed after the host: what is being added shall be in by then, unless the store does not answer. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.race([this.running, wait(PATIENCE_MS, undefined, { ref: false })]);
  }
}

@Module({})
export class SchedulingModule {
  static driving(ticking: Ticking): DynamicModule {
    return {
      module: SchedulingModule,
      imports: [ScheduleModule.forRoot()],
      providers: [{ provide: TICKING, useValue: ticking }, SchedulingDriver],
    };
  }
}
