// A Go process beside ours: Kratos' own ServiceInstance, kept in etcd by etcd's own client, where Go Kratos keeps it.
//
//	peer register <endpoint> <instance as JSON>   writes a line when it is registered
//	peer watch <endpoint> <name>                  writes the list as a line of JSON, now and after each change
//
// Both end when their standard input does.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/go-kratos/kratos/v3/registry"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const namespace = "/microservices"

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: peer register|watch <endpoint> <instance|name>")
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{os.Args[2]}, DialTimeout: 5 * time.Second})
	check(err)
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, bufio.NewReader(os.Stdin))
		cancel()
	}()
	switch os.Args[1] {
	case "register":
		register(ctx, client, os.Args[3])
	case "watch":
		watch(ctx, client, os.Args[3])
	default:
		log.Fatalf("no command %q", os.Args[1])
	}
}

func register(ctx context.Context, client *clientv3.Client, text string) {
	instance := &registry.ServiceInstance{}
	check(json.Unmarshal([]byte(text), instance))
	value, err := json.Marshal(instance)
	check(err)
	lease, err := client.Grant(ctx, 15)
	check(err)
	key := fmt.Sprintf("%s/%s/%s", namespace, instance.Name, instance.ID)
	_, err = client.Put(ctx, key, string(value), clientv3.WithLease(lease.ID))
	check(err)
	beats, err := client.KeepAlive(ctx, lease.ID)
	check(err)
	fmt.Println("registered")
	for range beats {
	}
	_, err = client.Delete(context.Background(), key)
	check(err)
}

func watch(ctx context.Context, client *clientv3.Client, name string) {
	prefix := fmt.Sprintf("%s/%s", namespace, name)
	changes := client.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(0))
	list(ctx, client, prefix, name)
	for range changes {
		if ctx.Err() == nil {
			list(ctx, client, prefix, name)
		}
	}
}

func list(ctx context.Context, client *clientv3.Client, prefix, name string) {
	found, err := client.Get(ctx, prefix, clientv3.WithPrefix())
	check(err)
	instances := []*registry.ServiceInstance{}
	for _, kv := range found.Kvs {
		instance := &registry.ServiceInstance{}
		check(json.Unmarshal(kv.Value, instance))
		if instance.Name == name {
			instances = append(instances, instance)
		}
	}
	text, err := json.Marshal(instances)
	check(err)
	fmt.Println(string(text))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
