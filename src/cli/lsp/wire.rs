//! Frames of the protocol over standard input and output. One that is no message is answered with
//! an error, and the next one is read: an editor that slips once keeps its server.

use lsp_server::{ErrorCode, Message};
use serde_json::{Value as Json, json};
use std::io::{self, BufRead, Read, StdinLock, StdoutLock, Write};

/// The longest frame in bytes; a longer one is passed over. A spec has a limit of its own.
const LONGEST: u64 = 64 << 20;

/// The connection to one editor.
pub(super) struct Wire {
    from: StdinLock<'static>,
    to: StdoutLock<'static>,
}

/// Why a frame is no message: the code, what is said, and the id that it has, if any.
type Refusal = (ErrorCode, String, Json);

impl Wire {
    /// Standard input and output, which nothing else may use from now on.
    pub(super) fn stdio() -> Self {
        Wire {
            from: io::stdin().lock(),
            to: io::stdout().lock(),
        }
    }

    /// The next message; none once the editor is gone.
    pub(super) fn receive(&mut self) -> io::Result<Option<Message>> {
        while let Some(length) = self.length()? {
            let text = self.body(length)?;
            match text.and_then(|text| message(&text)) {
                Ok(message) => return Ok(Some(message)),
                Err(refusal) => self.refuse(refusal)?,
            }
        }
        Ok(None)
    }

    /// Sends a message.
    pub(super) fn send(&mut self, message: impl Into<Message>) -> io::Result<()> {
        message.into().write(&mut self.to)
    }

    /// The length that the next head names: `None` at the end, 0 if it names none.
    fn length(&mut self) -> io::Result<Option<u64>> {
        let mut length = 0;
        loop {
            let mut line = Vec::new();
            if self
                .from
                .by_ref()
                .take(LONGEST)
                .read_until(b'\n', &mut line)?
                == 0
            {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim();
            if line.is_empty() {
                return Ok(Some(length));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("Content-Length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
    }

    fn body(&mut self, length: u64) -> io::Result<Result<Vec<u8>, Refusal>> {
        let mut frame = self.from.by_ref().take(length);
        if length > LONGEST {
            io::copy(&mut frame, &mut io::sink())?;
            let said = format!("a frame has at most {LONGEST} bytes");
            return Ok(Err((ErrorCode::InvalidRequest, said, Json::Null)));
        }
        let mut text = Vec::new();
        frame.read_to_end(&mut text)?;
        Ok(Ok(text))
    }

    /// `lsp_server` has no response without an id.
    fn refuse(&mut self, (code, said, id): Refusal) -> io::Result<()> {
        let error = json!({ "code": code as i32, "message": said });
        let text = json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.to.flush()
    }
}

fn message(text: &[u8]) -> Result<Message, Refusal> {
    let value: Json = serde_json::from_slice(text)
        .map_err(|error| (ErrorCode::ParseError, error.to_string(), Json::Null))?;
    let id = value.get("id").cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| {
        let said = "neither a request nor a notification nor a response".to_string();
        (ErrorCode::InvalidRequest, said, id)
    })
}
