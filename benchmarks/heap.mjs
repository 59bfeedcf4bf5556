import {spawn} from 'node:child_process'; import {connect} from 'node:net'; import {once} from 'node:events';
const N=+(process.argv[3]??4000);
if (process.argv[2]==='client'){ const port=+process.argv[4]; const s=[]; for(let i=0;i<N;i+=100){await Promise.all(Array.from({length:100},async()=>{const c=connect(port,'127.0.0.1');s.push(c);await once(c,'connect')}))} process.stdout.write('ok'); process.stdin.resume(); process.stdin.on('end',()=>process.exit()) }
else { const {AsyncTCPServer}=await import('@socketserver/core'); const {createServer}=await import('node:net'); const {serveUpper}=await import('./dist/handlers/upper.js');
 const kind=process.argv[2]; let port,server;
 if(kind==='raw'){server=createServer({allowHalfOpen:true},s=>{s.on('error',()=>s.destroy());serveUpper(s,()=>s.end())}).listen(0,'127.0.0.1');await once(server,'listening');port=server.address().port}
 else {server=new AsyncTCPServer({host:'127.0.0.1',port:0},new URL(`./dist/handlers/stream-${kind}.js`,import.meta.url));await server.listen();server.serveForever();port=server.serverAddress.port}
 const run=async(n)=>{const c=spawn(process.execPath,[import.meta.filename,'client',n,port],{stdio:'pipe'});await once(c.stdout,'data');return c};
 const a=await run(400); gc();gc(); const b=process.memoryUsage(); const c=await run(N); gc();gc(); const d=process.memoryUsage();
 console.log(kind, process.version, 'heap', Math.round((d.heapUsed-b.heapUsed)/N), 'ext', Math.round((d.external-b.external)/N),'rss',Math.round((d.rss-b.rss)/N));
 if(process.argv[5]){const v8=await import('node:v8');v8.writeHeapSnapshot(process.argv[5])}
 a.kill();c.kill();process.exit() }
