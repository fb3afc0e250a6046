import { type Tracer, type TracerProvider, trace } from "@opentelemetry/api";

/** The tracer of now; undefined while there is no provider, and nothing is to be traced. */
export type TracerSource = () => Tracer | undefined;

export interface TracerSourceOptions {
  readonly tracerProvider?: TracerProvider | undefined;
  readonly tracerName: string;
}

/**
 * Where a middleware has its tracer from. The global provider may be set after the middleware was made, or be replaced,
 * so each call looks; that takes a comparison.
 */
export function tracerSource({ tracerProvider, tracerName }: TracerSourceOptions): TracerSource {
  if (tracerProvider !== undefined) {
    const tracer = tracerProvider.getTracer(tracerName);
    return () => tracer;
  }
  let known: TracerProvider | undefined;
  let tracer: Tracer | undefined;
  return () => {
    const provider = trace.getTracerProvider() as GlobalProvider;
    const behind = provider.getDelegate === undefined ? provider : provider.getDelegate();
    if (behind === known) return tracer;
    known = behind;
    // A proxy without a delegate has no tracer that does anything.
    tracer = provider.getDelegateTracer ? provider.getDelegateTracer(tracerName) : provider.getTracer(tracerName);
    return tracer;
  };
}

/** The API's ProxyTracerProvider, which stands for the one that is set; of whichever copy of the API. */
interface GlobalProvider extends TracerProvider {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string): Tracer | undefined;
}
