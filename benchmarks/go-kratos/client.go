package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	kgrpc "github.com/go-kratos/kratos/v3/transport/grpc"
	khttp "github.com/go-kratos/kratos/v3/transport/http"

	helloworldv1 "benchmarks/gen/helloworld/v1"
)

const callsInFlight = 64

// slice is what a client did in one slice of the benchmark.
type slice struct {
	Calls   int64   `json:"calls"`
	Bad     int64   `json:"bad"`
	Seconds float64 `json:"seconds"`
	usage
}

// callWithKratos calls SayHello with Kratos's own client, which has its defaults and no middleware.
func callWithKratos(kind, port string) error {
	call, err := dial(kind, "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	if message, err := call(); err != nil || message != "Hello kratos" {
		return fmt.Errorf("the first call gave %q, %v", message, err)
	}
	if err := say(map[string]bool{"ready": true}); err != nil {
		return err
	}
	return answer(func(words []string) (any, error) {
		if len(words) != 2 || words[0] != "slice" {
			return nil, fmt.Errorf("expected `slice <ms>`, got %q", words)
		}
		ms, err := strconv.Atoi(words[1])
		if err != nil {
			return nil, err
		}
		return runSlice(call, time.Duration(ms)*time.Millisecond), nil
	})
}

func dial(kind, address string) (func() (string, error), error) {
	ctx := context.Background()
	in := &helloworldv1.HelloRequest{Name: "kratos"}
	switch kind {
	case "grpc":
		connection, err := kgrpc.NewClient(ctx, kgrpc.WithEndpoint(address), kgrpc.WithHealthCheck(false))
		if err != nil {
			return nil, err
		}
		client := helloworldv1.NewGreeterClient(connection)
		return func() (string, error) {
			reply, err := client.SayHello(ctx, in)
			return reply.GetMessage(), err
		}, nil
	case "http":
		connection, err := khttp.NewClient(ctx, khttp.WithEndpoint("http://"+address))
		if err != nil {
			return nil, err
		}
		client := helloworldv1.NewGreeterHTTPClient(connection)
		return func() (string, error) {
			reply, err := client.SayHello(ctx, in)
			return reply.GetMessage(), err
		}, nil
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

func runSlice(call func() (string, error), length time.Duration) slice {
	var calls, bad atomic.Int64
	var workers sync.WaitGroup
	before, start := currentUsage(), time.Now()
	for range callsInFlight {
		workers.Go(func() {
			for time.Since(start) < length {
				if message, err := call(); err != nil || message != "Hello kratos" {
					bad.Add(1)
				}
				calls.Add(1)
			}
		})
	}
	workers.Wait()
	after := currentUsage()
	after.CPUMicros -= before.CPUMicros
	return slice{Calls: calls.Load(), Bad: bad.Load(), Seconds: time.Since(start).Seconds(), usage: after}
}
