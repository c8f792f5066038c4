import { FieldManager } from '/work/main/packages/framework/src/schema/managed-fields/field-manager.ts'
import { compileAtoms } from '/work/main/packages/framework/src/schema/managed-fields/atoms.ts'
const type = compileAtoms({properties:{spec:{type:'object',properties:{a:{type:'string'},list:{type:'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name'],items:{type:'object',properties:{name:{type:'string'},n:{type:'integer'}}}}}}}}, true)
const fm = new FieldManager({apiVersion:'g/v1',kind:'K',typeOf:(v)=>v==='g/v1'?type:undefined,convert:(o,v)=>o.apiVersion===v?o:undefined})
const o:any = {apiVersion:'g/v1',kind:'K',metadata:{name:'x',labels:{a:'b'}},spec:{a:'1',list:[{name:'q',n:1}]}}
const c = fm.update(undefined,o,'me'); c.metadata.uid='1'
console.log(JSON.stringify(c.metadata.managedFields))
const n:any = structuredClone(c); n.spec.list.push({name:'r'}); n.spec.a='2'
console.log(JSON.stringify(fm.update(c,n,'other').metadata.managedFields))
let t=performance.now(); for(let i=0;i<20000;i++){ const m=structuredClone(n); m.spec.a=String(i); fm.update(n,m,'other')} console.log((performance.now()-t)/20000*1000,'us incl clone')
t=performance.now(); for(let i=0;i<20000;i++){ const m=structuredClone(n); m.spec.a=String(i)} console.log((performance.now()-t)/20000*1000,'us clone')
