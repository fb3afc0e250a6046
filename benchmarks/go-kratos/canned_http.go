package main

import (
	"bufio"
	"net"
)

const cannedBody = `{"message":"Hello kratos"}`

const cannedReply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n" + cannedBody

// answerHTTP knows requests without a body only.
func answerHTTP(connection net.Conn) error {
	reader, writer := bufio.NewReader(connection), bufio.NewWriter(connection)
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) > 2 { // not the empty line yet
			continue
		}
		if _, err := writer.WriteString(cannedReply); err != nil {
			return err
		}
		// What came in one read goes out in one write.
		if reader.Buffered() > 0 {
			continue
		}
		if err := writer.Flush(); err != nil {
			return err
		}
	}
}
