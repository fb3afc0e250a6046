// Prices is a Go Kratos service with Kratos's own tracing middleware, which exports its spans over OTLP/HTTP
// (OTEL_EXPORTER_OTLP_ENDPOINT). It prints where it listens as one line of JSON, and ends by a signal, or with its
// standard input if that is a pipe.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"log"
	"os"

	"github.com/go-kratos/kratos/v2"
	"github.com/go-kratos/kratos/v2/errors"
	"github.com/go-kratos/kratos/v2/middleware/recovery"
	"github.com/go-kratos/kratos/v2/middleware/tracing"
	"github.com/go-kratos/kratos/v2/transport/grpc"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	shopv1 "shop/gen/shop/v1"
)

const name = "prices"

var address = flag.String("grpc", "127.0.0.1:0", "where to listen")

type prices struct {
	shopv1.UnimplementedPricesServer
}

func (prices) GetPrice(ctx context.Context, in *shopv1.GetPriceRequest) (*shopv1.Price, error) {
	if in.ItemId == "unknown" {
		return nil, errors.NotFound("PRICE_NOT_FOUND", "nobody knows its price")
	}
	return &shopv1.Price{Cents: 4200, TraceId: trace.SpanContextFromContext(ctx).TraceID().String()}, nil
}

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", name))),
	)
	// What is left is sent before the process ends.
	defer provider.Shutdown(ctx)
	otel.SetTracerProvider(provider)

	server := grpc.NewServer(
		grpc.Address(*address),
		grpc.Middleware(recovery.Recovery(), tracing.Server()),
	)
	shopv1.RegisterPricesServer(server, prices{})
	app := kratos.New(kratos.Name(name), kratos.Server(server))
	endpoint, err := server.Endpoint()
	if err != nil {
		return err
	}
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			_ = app.Stop()
		}()
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"grpc": endpoint.String()}); err != nil {
		return err
	}
	return app.Run()
}
