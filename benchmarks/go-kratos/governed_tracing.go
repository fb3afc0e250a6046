package main

import (
	"context"
	"net"
	"strings"

	"github.com/go-kratos/kratos/v3/errors"
	"github.com/go-kratos/kratos/v3/metadata"
	"github.com/go-kratos/kratos/v3/middleware"
	"github.com/go-kratos/kratos/v3/transport"
	khttp "github.com/go-kratos/kratos/v3/transport/http"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/proto"
)

// discard is an exporter whose collector costs nothing.
type discard struct{}

func (discard) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (discard) Shutdown(context.Context) error                             { return nil }

// samplingProvider records every span, in batches.
func samplingProvider() trace.TracerProvider {
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(discard{}))
}

const serviceHeader = "x-md-service-name"

// traced does for each call what the tracing of Kratos's contrib module (contrib/otel) does: the trace of the caller, a
// span with the same attributes, and the sizes of both messages; so nothing but Kratos and OpenTelemetry is needed.
func traced(provider trace.TracerProvider) middleware.Middleware {
	tracer := provider.Tracer("kratos")
	wire := propagation.NewCompositeTextMapPropagator(propagation.Baggage{}, propagation.TraceContext{})
	return func(next middleware.Handler) middleware.Handler {
		return func(ctx context.Context, req any) (any, error) {
			tr, ok := transport.FromServerContext(ctx)
			if !ok {
				return next(ctx, req)
			}
			ctx = wire.Extract(callerNamed(ctx, tr.RequestHeader()), tr.RequestHeader())
			ctx, span := tracer.Start(ctx, tr.Operation(), trace.WithSpanKind(trace.SpanKindServer))
			defer span.End()
			span.SetAttributes(attributesOf(ctx, tr, req)...)
			reply, err := next(ctx, req)
			finish(span, reply, err)
			return reply, err
		}
	}
}

func callerNamed(ctx context.Context, header transport.Header) context.Context {
	name := header.Get(serviceHeader)
	if name == "" {
		return ctx
	}
	md := metadata.New()
	md.Set(serviceHeader, name)
	return metadata.NewServerContext(ctx, md)
}

func attributesOf(ctx context.Context, tr transport.Transporter, req any) []attribute.KeyValue {
	attributes := make([]attribute.KeyValue, 0, 10)
	add := func(key, value string) { attributes = append(attributes, attribute.String(key, value)) }
	address := ""
	switch t := tr.(type) {
	case khttp.Transporter:
		add("http.method", t.Request().Method)
		add("http.route", t.PathTemplate())
		add("http.target", t.Request().URL.Path)
		address = t.Request().RemoteAddr
	default:
		if p, ok := peer.FromContext(ctx); ok {
			address = p.Addr.String()
		}
	}
	add("rpc.system", tr.Kind().String())
	if service, method, ok := strings.Cut(strings.TrimPrefix(tr.Operation(), "/"), "/"); ok {
		add("rpc.service", service)
		add("rpc.method", method)
	}
	if host, port, err := net.SplitHostPort(address); err == nil {
		add("net.peer.ip", host)
		add("net.peer.port", port)
	}
	if md, ok := metadata.FromServerContext(ctx); ok {
		add("peer.service", md.Get(serviceHeader))
	}
	if message, ok := req.(proto.Message); ok {
		attributes = append(attributes, attribute.Int("recv_msg.size", proto.Size(message)))
	}
	return attributes
}

func finish(span trace.Span, reply any, err error) {
	if err == nil {
		span.SetStatus(codes.Ok, "OK")
	} else {
		span.RecordError(err)
		span.SetAttributes(attribute.Int("rpc.status_code", int(errors.FromError(err).Code)))
		span.SetStatus(codes.Error, err.Error())
	}
	if message, ok := reply.(proto.Message); ok {
		span.SetAttributes(attribute.Int("send_msg.size", proto.Size(message)))
	}
}
