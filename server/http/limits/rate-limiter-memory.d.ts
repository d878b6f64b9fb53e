/** The one limiter that we use: the package's index would load those of twenty databases, for 40 ms of a start. */
declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  import { RateLimiterMemory } from 'rate-limiter-flexible';
  export default RateLimiterMemory;
}
