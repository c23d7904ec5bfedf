import type { MiddlewareHandler } from "hono";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { HttpProblem } from "../problems.ts";

/**
 * Counts requests of an address in windows of a minute.
 *
 * @param perMinute 0 sets no limit.
 * @param addressOf the client's address; proxies are not believed.
 */
export function limitRate(
  perMinute: number,
  addressOf: (context: Parameters<MiddlewareHandler>[0]) => string,
): MiddlewareHandler {
  if (perMinute === 0) return (_, next) => next();
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (context, next) => {
    try {
      await limiter.consume(addressOf(context));
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      const seconds = Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
      throw new HttpProblem({
        status: 429,
        code: "rate_limited",
        detail: `more than ${perMinute} requests in a minute`,
        hint: `try again in ${seconds} s`,
        headers: { "Retry-After": String(seconds) },
      });
    }
    await next();
  };
}
