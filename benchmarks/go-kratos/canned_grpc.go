package main

import (
	"bufio"
	"bytes"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/protobuf/proto"

	helloworldv1 "benchmarks/gen/helloworld/v1"
)

// What is replenished at once when this much of the connection's window is used.
const windowStep = 1 << 20

// cannedGRPC is one HTTP/2 connection that answers each stream when its request has ended.
type cannedGRPC struct {
	framer            *http2.Framer
	headers, trailers []byte
	message           []byte
	received          uint32
}

func answerGRPC(connection net.Conn) error {
	reader, writer := bufio.NewReaderSize(connection, 64<<10), bufio.NewWriterSize(connection, 64<<10)
	if _, err := io.CopyN(io.Discard, reader, int64(len(http2.ClientPreface))); err != nil {
		return err
	}
	c, err := newCannedGRPC(reader, writer)
	if err != nil {
		return err
	}
	for {
		// What came in one read goes out in one write.
		if reader.Buffered() == 0 {
			if err := writer.Flush(); err != nil {
				return err
			}
		}
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return err
		}
		if err := c.handle(frame); err != nil {
			return err
		}
	}
}

func newCannedGRPC(reader io.Reader, writer io.Writer) (*cannedGRPC, error) {
	c := &cannedGRPC{framer: http2.NewFramer(writer, reader)}
	c.framer.SetReuseFrames()
	c.headers = block(":status", "200", "content-type", "application/grpc+proto")
	c.trailers = block("grpc-status", "0")
	reply, err := proto.Marshal(&helloworldv1.HelloReply{Message: "Hello kratos"})
	if err != nil {
		return nil, err
	}
	c.message = append([]byte{0, 0, 0, 0, byte(len(reply))}, reply...)
	if err := c.framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1000}); err != nil {
		return nil, err
	}
	return c, c.framer.WriteWindowUpdate(0, 4*windowStep)
}

// block encodes headers that are the same on every stream: never put into the dynamic table, so no state is needed.
func block(pairs ...string) []byte {
	var buffer bytes.Buffer
	encoder := hpack.NewEncoder(&buffer)
	encoder.SetMaxDynamicTableSizeLimit(0)
	for i := 0; i < len(pairs); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return buffer.Bytes()
}

func (c *cannedGRPC) handle(frame http2.Frame) error {
	switch f := frame.(type) {
	case *http2.DataFrame:
		if err := c.replenish(f.Length); err != nil {
			return err
		}
		if f.StreamEnded() {
			return c.reply(f.StreamID)
		}
	case *http2.HeadersFrame:
		if f.StreamEnded() {
			return c.reply(f.StreamID)
		}
	case *http2.SettingsFrame:
		if !f.IsAck() {
			return c.framer.WriteSettingsAck()
		}
	case *http2.PingFrame:
		if !f.IsAck() {
			return c.framer.WritePing(true, f.Data)
		}
	}
	return nil
}

func (c *cannedGRPC) replenish(length uint32) error {
	c.received += length
	if c.received < windowStep {
		return nil
	}
	received := c.received
	c.received = 0
	return c.framer.WriteWindowUpdate(0, received)
}

func (c *cannedGRPC) reply(id uint32) error {
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.headers, EndHeaders: true})
	if err != nil {
		return err
	}
	if err := c.framer.WriteData(id, false, c.message); err != nil {
		return err
	}
	return c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: c.trailers, EndHeaders: true, EndStream: true,
	})
}
