package main

import (
	"context"
	"time"

	"github.com/go-kratos/kratos/v3/errors"
	"github.com/go-kratos/kratos/v3/middleware"
	"github.com/go-kratos/kratos/v3/transport"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// measured counts and times calls as the metrics of Kratos's contrib module (contrib/otel) do, by the OpenTelemetry SDK.
func measured() (middleware.Middleware, error) {
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader())).Meter("kratos")
	requests, err := meter.Int64Counter("server_requests_code_total", metric.WithUnit("{call}"))
	if err != nil {
		return nil, err
	}
	bounds := metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
	seconds, err := meter.Float64Histogram("server_requests_seconds", metric.WithUnit("s"), bounds)
	if err != nil {
		return nil, err
	}
	return func(next middleware.Handler) middleware.Handler {
		return func(ctx context.Context, req any) (any, error) {
			start := time.Now()
			kind, operation := "", ""
			if tr, ok := transport.FromServerContext(ctx); ok {
				kind, operation = tr.Kind().String(), tr.Operation()
			}
			reply, err := next(ctx, req)
			code, reason := 200, ""
			if failure := errors.FromError(err); failure != nil {
				code, reason = int(failure.Code), failure.Reason
			}
			requests.Add(ctx, 1, metric.WithAttributes(
				attribute.String("kind", kind), attribute.String("operation", operation),
				attribute.Int("code", code), attribute.String("reason", reason)))
			seconds.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(
				attribute.String("kind", kind), attribute.String("operation", operation)))
			return reply, err
		}
	}, nil
}
