/**
 * Python's `socket` module as a client. It reads one order a line from stdin, as JSON, carries out each in a
 * thread of its own, and answers with a line. A Unix datagram client binds a name, or gets one from the kernel
 * (autobind, unix(7)): without one it could not be answered.
 */
export const PYTHON_PROGRAM = `
import json, socket, sys, threading, time

def reply(order, **answer):
    sys.stdout.write(json.dumps({'id': order['id'], **answer}) + '\\n')
    sys.stdout.flush()

def make(order):
    unix = isinstance(order['address'], str)
    sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET,
                         socket.SOCK_STREAM if order['stream'] else socket.SOCK_DGRAM)
    if unix and (order['name'] or not order['stream']):
        sock.bind(order['name'])
    return sock, order['address'] if unix else tuple(order['address'])

held = []

def hold(order):
    sock, address = make(order)
    held.append(sock)
    for _ in range(order['hold']):
        sock.sendto(order['text'].encode(), address)
    return ''

def sip(order, sock):
    piece, pieces, seconds = order['sips']
    for _ in range(pieces):
        if not sock.recv(piece): raise OSError('the server has ended')
        time.sleep(seconds)
    return ''

def ask(order):
    if order['hold']: return hold(order)
    sock, address = make(order)
    with sock:
        if order['sips']: sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, order['sips'][0])
        if not order['stream']:
            sock.sendto(order['text'].encode(), address)
            return sock.recv(65536).decode() if order['wait'] else ''
        sock.connect(address)
        sock.sendall(order['text'].encode())
        if order['sips']: return sip(order, sock)
        sock.shutdown(socket.SHUT_WR)
        answer = b''
        while data := sock.recv(65536):
            answer += data
        return answer.decode()

def carry_out(order):
    try:
        reply(order, answer=ask(order))
    except OSError as error:
        reply(order, error=str(error))

for line in sys.stdin:
    threading.Thread(target=carry_out, args=(json.loads(line),), daemon=True).start()
`;
