import type { BudgetStore } from './budget-store.js';
import { rateBudget, type RateBudget, type RateLimit } from './rate-budget.js';
import { storedBudget } from './stored-budget.js';

const budgets = new Map<string, RateBudget>();
let shared: BudgetStore | undefined;

/**
 * From now on the budgets of this process are shared by that store; without one they are its own. Set by the host and not
 * given to a client, since what an API counts does not depend on which source asks it.
 */
export function shareBudgets(store: BudgetStore | undefined): void {
  shared = store;
  budgets.clear();
}

/**
 * The budget of an origin, a credential (its hash), a limit and its share. One process reads several connections with the
 * same key, and the API counts them together: hence a map of the process, and the store behind it.
 */
export function sharedBudget(origin: string, credential: string, limit?: RateLimit): RateBudget {
  const { share, requests, per } = limit ?? {};
  const name = JSON.stringify([origin, credential, share, requests, per]);
  let budget = budgets.get(name);
  if (budget === undefined) {
    const key = {
      origin,
      credential,
      ...(share === undefined ? {} : { share }),
      ...(limit === undefined ? {} : { requests: limit.requests, per: limit.per }),
    };
    budget = shared === undefined ? rateBudget(limit) : storedBudget(shared, key, limit);
    budgets.set(name, budget);
  }
  return budget;
}
