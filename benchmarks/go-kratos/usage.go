package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"syscall"
)

// usage is what a process has used since it started.
type usage struct {
	CPUMicros int64 `json:"cpuMicros"`
	RSSBytes  int64 `json:"rssBytes"`
}

func currentUsage() usage {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	micros := func(t syscall.Timeval) int64 { return int64(t.Sec)*1e6 + int64(t.Usec) }
	// ru_maxrss is in kB: the highest it was, where the Node programs tell what it is now.
	return usage{CPUMicros: micros(r.Utime) + micros(r.Stime), RSSBytes: r.Maxrss * 1024}
}

// say writes one line of JSON to the harness.
func say(message any) error { return json.NewEncoder(os.Stdout).Encode(message) }

// answer answers each line of stdin with what reply makes of its words, until stdin ends.
func answer(reply func(words []string) (any, error)) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		message, err := reply(strings.Fields(lines.Text()))
		if err == nil {
			err = say(message)
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

// answerUsage is what a server does on stdin.
func answerUsage() error {
	return answer(func([]string) (any, error) { return currentUsage(), nil })
}
