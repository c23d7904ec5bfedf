import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { QueueState } from "./run-queue.ts";

export interface Metrics {
  countRequest(route: string, status: number, seconds: number): void;
  countRun(status: string, gate: number): void;
  /** In Prometheus' text format. */
  read(): Promise<string>;
  contentType: string;
}

export function openMetrics(queue: () => QueueState): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "lever_http_requests_total",
    help: "Requests answered, by route and status",
    labelNames: ["route", "status"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "lever_http_request_seconds",
    help: "Time to the end of the answer, by route",
    labelNames: ["route"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  });
  const runs = new Counter({
    name: "lever_runs_total",
    help: "Requests to run, by how they ended and the gate that found the command",
    labelNames: ["status", "gate"] as const,
    registers,
  });
  for (const state of ["running", "waiting"] as const) {
    const gauge: Gauge = new Gauge({
      name: `lever_runs_${state}`,
      help: `Runs that are ${state}`,
      registers,
      collect: () => {
        gauge.set(queue()[state]);
      },
    });
  }
  return {
    countRequest: (route, status, took) => {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, took);
    },
    countRun: (status, gate) => {
      runs.inc({ status, gate: String(gate) });
    },
    read: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
