package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	klog "github.com/go-kratos/kratos/v3/log"
	"github.com/go-kratos/kratos/v3/middleware"
	"github.com/go-kratos/kratos/v3/middleware/logging"
	"github.com/go-kratos/kratos/v3/middleware/metadata"
	"github.com/go-kratos/kratos/v3/middleware/recovery"
	kgrpc "github.com/go-kratos/kratos/v3/transport/grpc"
	khttp "github.com/go-kratos/kratos/v3/transport/http"
	"go.opentelemetry.io/otel/trace"

	helloworldv1 "benchmarks/gen/helloworld/v1"
)

// serveGoverned runs a server with the whole chain of a service in production: recovery, tracing with a sampling SDK,
// JSON logging to a file, metrics, metadata.
func serveGoverned(kind, logFile string) error {
	chain, err := fullChain(logFile)
	if err != nil {
		return err
	}
	switch kind {
	case "grpc":
		server := kgrpc.NewServer(kgrpc.Address("127.0.0.1:0"), kgrpc.Middleware(chain...))
		helloworldv1.RegisterGreeterServer(server, greeter{})
		return serve(server)
	case "http":
		server := khttp.NewServer(khttp.Address("127.0.0.1:0"), khttp.Middleware(chain...))
		helloworldv1.RegisterGreeterHTTPServer(server, greeter{})
		return serve(server)
	}
	return fmt.Errorf("unknown kind %q", kind)
}

func fullChain(logFile string) ([]middleware.Middleware, error) {
	file, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	logger := klog.NewLogger(slog.NewJSONHandler(file, nil), klog.WithExtractor(traceIDs))
	metrics, err := measured()
	if err != nil {
		return nil, err
	}
	return []middleware.Middleware{
		recovery.Recovery(recovery.WithLogger(logger)),
		traced(samplingProvider()),
		logging.Server(logger),
		metrics,
		metadata.Server(),
	}, nil
}

// traceIDs gives each line of the log the trace that it belongs to.
func traceIDs(ctx context.Context) []slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return nil
	}
	return []slog.Attr{slog.String("trace.id", span.TraceID().String()), slog.String("span.id", span.SpanID().String())}
}
