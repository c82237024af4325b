//! Stands between silcrow and the server: writes down every request, and does what a test tells it to do to each.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its place among all requests, from 0.
    pub number: usize,
    /// The method.
    pub method: String,
    /// The path and query, as they were sent.
    pub path: String,
    /// The head, in lower case.
    pub head: String,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It is answered.
    None,
    /// The server says that it is too busy, and does nothing.
    Busy(u16),
    /// The connection breaks, and the server never sees the request.
    ResetBefore,
    /// The server does what it is asked for, and the connection breaks instead of the answer.
    ResetAfter,
    /// Half of the answer comes.
    Truncated,
    /// The answer comes late.
    Slow(Duration),
    /// The server does nothing, and no answer ever comes.
    SilentBefore,
    /// The server does what it is asked for, and no answer ever comes.
    SilentAfter,
}

type Decide = Box<dyn FnMut(&Request) -> Fault + Send>;
type Look = Box<dyn Fn(&Request) + Send>;

/// The proxy.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    server: SocketAddr,
    requests: Mutex<Vec<Request>>,
    decide: Mutex<Decide>,
    /// Called after each request that the server has done.
    look: Mutex<Look>,
}

impl Proxy {
    /// Starts a proxy that only writes down.
    pub fn new(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(State {
            server,
            requests: Mutex::default(),
            decide: Mutex::new(Box::new(|_| Fault::None)),
            look: Mutex::new(Box::new(|_| ())),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let state = Arc::clone(&shared);
                let Ok(client) = client else { continue };
                // A client that was killed cannot be answered.
                std::thread::spawn(move || drop(state.answer(client)));
            }
        });
        Self { address, state }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on requests are counted from 0, and this decides what happens to them.
    pub fn set(&self, decide: impl FnMut(&Request) -> Fault + Send + 'static) {
        lock(&self.state.requests).clear();
        *lock(&self.state.decide) = Box::new(decide);
    }

    /// From now on this is called after each request that the server has done.
    pub fn look(&self, look: impl Fn(&Request) + Send + 'static) {
        *lock(&self.state.look) = Box::new(look);
    }

    /// The requests since then.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn answer(&self, mut client: TcpStream) -> std::io::Result<()> {
        let Some((head, body)) = read_request(&mut client)? else { return Ok(()) };
        let request = self.note(&head);
        let fault = (lock(&self.decide))(&request);
        match fault {
            Fault::Busy(status) => {
                let answer = format!(
                    "HTTP/1.1 {status} Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                return client.write_all(answer.as_bytes());
            }
            Fault::ResetBefore => return reset(&client),
            Fault::SilentBefore => return wait_for_end(&mut client),
            _ => {}
        }
        let answer = self.forward(&head, &body)?;
        (lock(&self.look))(&request);
        match fault {
            Fault::ResetAfter => reset(&client),
            Fault::SilentAfter => wait_for_end(&mut client),
            Fault::Truncated => client.write_all(&answer[..answer.len() - answer.len() / 3]),
            Fault::Slow(time) => {
                // The one wait that is the subject of a test.
                std::thread::park_timeout(time);
                client.write_all(&answer)
            }
            _ => client.write_all(&answer),
        }
    }

    fn note(&self, head: &[u8]) -> Request {
        let head = String::from_utf8_lossy(head).into_owned();
        let mut words = head.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut requests = lock(&self.requests);
        let request =
            Request { number: requests.len(), method, path, head: head.to_ascii_lowercase() };
        requests.push(request.clone());
        request
    }

    /// The server's whole answer, made to end its connection.
    fn forward(&self, head: &[u8], body: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server)?;
        server.write_all(&closing(head))?;
        server.write_all(body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        let end = head_end(&answer).unwrap_or(answer.len());
        Ok([closing(&answer[..end]), answer[end..].to_vec()].concat())
    }
}

/// A head that says that the connection ends.
fn closing(head: &[u8]) -> Vec<u8> {
    let head = String::from_utf8_lossy(head);
    let lines = head
        .split("\r\n")
        .filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:"));
    let lines: Vec<&str> = lines.chain(["connection: close", "", ""]).collect();
    lines.join("\r\n").into_bytes()
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn read_request(client: &mut TcpStream) -> std::io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let (end, length) = loop {
        if let Some(end) = head_end(&bytes) {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            break (end, length.and_then(|length| length.trim().parse().ok()).unwrap_or(0));
        }
        match client.read(&mut buffer)? {
            0 if bytes.is_empty() => return Ok(None),
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => bytes.extend(&buffer[..read]),
        }
    };
    while bytes.len() < end + length {
        match client.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => bytes.extend(&buffer[..read]),
        }
    }
    let body = bytes.split_off(end);
    Ok(Some((bytes, body)))
}

fn reset(client: &TcpStream) -> std::io::Result<()> {
    client.shutdown(Shutdown::Both)
}

/// Until the client is dead.
fn wait_for_end(client: &mut TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 64];
    while client.read(&mut buffer)? > 0 {}
    Ok(())
}
