package main

import (
	"fmt"
	"net"
)

// serveCanned answers whatever is asked with the same reply, `Hello kratos`.
func serveCanned(kind string) error {
	handlers := map[string]func(net.Conn) error{"grpc": answerGRPC, "http": answerHTTP}
	handle, ok := handlers[kind]
	if !ok {
		return fmt.Errorf("unknown kind %q", kind)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go accept(listener, handle)
	if err := say(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port}); err != nil {
		return err
	}
	return answerUsage()
}

func accept(listener net.Listener, handle func(net.Conn) error) {
	for {
		connection, err := listener.Accept()
		fail(err)
		go func() {
			defer connection.Close()
			// An error ends the connection: the client's benchmark sees it.
			_ = handle(connection)
		}()
	}
}
