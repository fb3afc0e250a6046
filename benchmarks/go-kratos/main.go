// The Go side of the benchmarks: Kratos servers and clients to compare with, and canned servers, cheap enough that a
// client is what limits its own benchmark. Started by the harness, which talks to it over stdin and stdout.
//
//	go-kratos server grpc|http
//	go-kratos governed grpc|http <log file>
//	go-kratos client grpc|http <port>
//	go-kratos canned grpc|http
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: go-kratos server|governed|client|canned grpc|http [port or file]"))
	}
	var err error
	switch role, kind := os.Args[1], os.Args[2]; role {
	case "server":
		err = serveKratos(kind)
	case "governed":
		err = serveGoverned(kind, os.Args[3])
	case "canned":
		err = serveCanned(kind)
	case "client":
		err = callWithKratos(kind, os.Args[3])
	default:
		err = fmt.Errorf("unknown role %q", role)
	}
	fail(err)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
