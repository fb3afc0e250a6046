// A Go process beside ours: Kratos' own ServiceInstance, kept in Consul by Consul's own client, as Go Kratos keeps it.
//
//	peer register <address> <instance as JSON>   writes a line when it is registered
//	peer watch <address> <name>                  writes the list as a line of JSON, now and after each change
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
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-kratos/kratos/v3/registry"
	"github.com/hashicorp/consul/api"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: peer register|watch <address> <instance|name>")
	}
	client, err := api.NewClient(&api.Config{Address: os.Args[2]})
	check(err)
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

func register(ctx context.Context, client *api.Client, text string) {
	instance := &registry.ServiceInstance{}
	check(json.Unmarshal([]byte(text), instance))
	service := &api.AgentServiceRegistration{
		ID:              instance.ID,
		Name:            instance.Name,
		Meta:            instance.Metadata,
		Tags:            []string{"version=" + instance.Version},
		TaggedAddresses: map[string]api.ServiceAddress{},
	}
	for i, endpoint := range instance.Endpoints {
		parsed, err := url.Parse(endpoint)
		check(err)
		port, err := strconv.Atoi(parsed.Port())
		check(err)
		service.TaggedAddresses[parsed.Scheme] = api.ServiceAddress{Address: endpoint, Port: port}
		if i == 0 {
			service.Address, service.Port = parsed.Hostname(), port
		}
	}
	beat := "service:" + instance.ID
	service.Checks = api.AgentServiceChecks{{CheckID: beat, TTL: "20s", DeregisterCriticalServiceAfter: "600s"}}
	check(client.Agent().ServiceRegister(service))
	check(client.Agent().UpdateTTL(beat, "pass", "pass"))
	fmt.Println("registered")
	<-ctx.Done()
	check(client.Agent().ServiceDeregister(instance.ID))
}

func watch(ctx context.Context, client *api.Client, name string) {
	last, index := "", uint64(0)
	for ctx.Err() == nil {
		options := (&api.QueryOptions{WaitIndex: index, WaitTime: 55 * time.Second}).WithContext(ctx)
		entries, meta, err := client.Health().Service(name, "", true, options)
		if ctx.Err() != nil {
			return
		}
		check(err)
		index = meta.LastIndex
		text, err := json.Marshal(instancesIn(entries))
		check(err)
		if string(text) != last {
			last = string(text)
			fmt.Println(last)
		}
	}
}

func instancesIn(entries []*api.ServiceEntry) []*registry.ServiceInstance {
	instances := []*registry.ServiceInstance{}
	for _, entry := range entries {
		instance := &registry.ServiceInstance{ID: entry.Service.ID, Name: entry.Service.Service, Metadata: entry.Service.Meta}
		for _, tag := range entry.Service.Tags {
			if version, found := strings.CutPrefix(tag, "version="); found {
				instance.Version = version
			}
		}
		for scheme, address := range entry.Service.TaggedAddresses {
			if !strings.HasPrefix(scheme, "lan_") && !strings.HasPrefix(scheme, "wan_") {
				instance.Endpoints = append(instance.Endpoints, address.Address)
			}
		}
		instances = append(instances, instance)
	}
	return instances
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
