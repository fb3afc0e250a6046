// Verdicts prints what protovalidate for Go says of messages: a line of JSON for each that comes in.
//
//	verdicts DESCRIPTOR_SET TYPE < messages.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"log"
	"os"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	desc, err := messageType(os.Args[1], protoreflect.FullName(os.Args[2]))
	must(err)
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		message := dynamicpb.NewMessage(desc)
		must(protojson.Unmarshal(lines.Bytes(), message))
		must(out.Encode(verdict(message)))
	}
	must(lines.Err())
}

func messageType(path string, name protoreflect.FullName) (protoreflect.MessageDescriptor, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(bytes, &set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(name)
	if err != nil {
		return nil, err
	}
	return found.(protoreflect.MessageDescriptor), nil
}

// verdict is the text of the error that Kratos for Go sends; "" for a message that holds.
func verdict(message proto.Message) string {
	err := protovalidate.Validate(message)
	var invalid *protovalidate.ValidationError
	if err != nil && !errors.As(err, &invalid) {
		log.Fatal(err)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
