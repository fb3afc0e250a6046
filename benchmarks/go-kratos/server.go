package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	kgrpc "github.com/go-kratos/kratos/v3/transport/grpc"
	khttp "github.com/go-kratos/kratos/v3/transport/http"

	_ "github.com/go-kratos/kratos/v3/encoding/json"
	_ "github.com/go-kratos/kratos/v3/encoding/protojson"

	benchv1 "benchmarks/gen/bench/v1"
	helloworldv1 "benchmarks/gen/helloworld/v1"
)

type greeter struct {
	helloworldv1.UnimplementedGreeterServer
}

func (greeter) SayHello(_ context.Context, in *helloworldv1.HelloRequest) (*helloworldv1.HelloReply, error) {
	return &helloworldv1.HelloReply{Message: "Hello " + in.Name}, nil
}

type bench struct {
	benchv1.UnimplementedBenchServer
}

func (bench) Echo(_ context.Context, in *benchv1.TwentyFields) (*benchv1.TwentyFields, error) {
	return in, nil
}

func (bench) Find(_ context.Context, in *benchv1.FindRequest) (*benchv1.FindReply, error) {
	return &benchv1.FindReply{
		Tenant: in.Tenant, Shelf: in.Shelf, Book: in.Book, PageSize: in.PageSize,
		PageToken: in.PageToken, OrderBy: in.OrderBy, Archived: in.Archived, Tags: in.Tags,
	}, nil
}

// serveKratos runs a server without middleware, with Kratos's defaults.
func serveKratos(kind string) error {
	switch kind {
	case "grpc":
		server := kgrpc.NewServer(kgrpc.Address("127.0.0.1:0"))
		helloworldv1.RegisterGreeterServer(server, greeter{})
		return serve(server)
	case "http":
		server := khttp.NewServer(khttp.Address("127.0.0.1:0"))
		helloworldv1.RegisterGreeterHTTPServer(server, greeter{})
		benchv1.RegisterBenchHTTPServer(server, bench{})
		return serve(server)
	}
	return fmt.Errorf("unknown kind %q", kind)
}

type kratosServer interface {
	Endpoint() (*url.URL, error)
	Start(context.Context) error
}

func serve(server kratosServer) error {
	// Listens already, so that no connection is refused after the port was said.
	endpoint, err := server.Endpoint()
	if err != nil {
		return err
	}
	go func() { fail(server.Start(context.Background())) }()
	port, err := strconv.Atoi(endpoint.Port())
	if err != nil {
		return err
	}
	if err := say(map[string]int{"port": port}); err != nil {
		return err
	}
	return answerUsage()
}
