# SPDX-License-Identifier: Apache-2.0
"""The script of a package's page: it counts, keeps drafts, checks, and gives back one file. It asks no network.

The answers are written as canonical JSON (RFC 8785): keys in order, `JSON.stringify` for texts, no number but in
texts. Characters that the record refuses (invisible ones, which come with pasted text) are taken out while saving.
"""

#: The same ranges as `documents/characters.py`; a test holds the two against each other.
UNSEEN = (
    "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5"
    "\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff"
    "\\ud800-\\udfff\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"
)

SCRIPT = (
    """
(function(){'use strict';
var form=document.getElementById('answers'),part=document.getElementById('part'),next=document.getElementById('next'),bar=document.getElementById('count'),note=document.getElementById('note');
function bytes(id){var text=atob(document.getElementById(id).textContent),out=new Uint8Array(text.length);
for(var i=0;i<text.length;i+=1){out[i]=text.charCodeAt(i)}return out}
var K=[],H0=[];(function(){var n=2,c=0,isPrime={};while(c<64){if(!isPrime[n]){for(var i=n*n;i<320;i+=n){isPrime[i]=true}
var cube=Math.pow(n,1/3),root=Math.pow(n,1/2);if(c<8){H0[c]=(root%1*4294967296)|0}K[c]=(cube%1*4294967296)|0;c+=1}n+=1}})();
function sha256(data){var h=H0.slice(),size=data.length,blocks=((size+9+63)>>6)<<6,d=new Uint8Array(blocks),w=[],i,j;
d.set(data);d[size]=128;var bits=size*8;for(i=0;i<4;i+=1){d[blocks-1-i]=(bits>>>(8*i))&255}
d[blocks-5]=Math.floor(bits/4294967296)&255;
function r(x,n){return(x>>>n)|(x<<(32-n))}
for(i=0;i<blocks;i+=64){var v=h.slice();for(j=0;j<64;j+=1){if(j<16){var o=i+j*4;w[j]=(d[o]<<24)|(d[o+1]<<16)|(d[o+2]<<8)|d[o+3]}
else{var a=w[j-15],b=w[j-2];w[j]=(w[j-16]+(r(a,7)^r(a,18)^(a>>>3))+w[j-7]+(r(b,17)^r(b,19)^(b>>>10)))|0}
var t1=(v[7]+(r(v[4],6)^r(v[4],11)^r(v[4],25))+((v[4]&v[5])^(~v[4]&v[6]))+K[j]+w[j])|0,
t2=((r(v[0],2)^r(v[0],13)^r(v[0],22))+((v[0]&v[1])^(v[0]&v[2])^(v[1]&v[2])))|0;
v=[(t1+t2)|0,v[0],v[1],v[2],(v[3]+t1)|0,v[4],v[5],v[6]]}
for(j=0;j<8;j+=1){h[j]=(h[j]+v[j])|0}}
return h.map(function(x){return('00000000'+(x>>>0).toString(16)).slice(-8)}).join('')}
function hex(buffer){return Array.from(new Uint8Array(buffer)).map(function(b){return('0'+b.toString(16)).slice(-2)}).join('')}
var manifestBytes=bytes('sealed-manifest'),manifest=JSON.parse(new TextDecoder().decode(manifestBytes));
var digest=sha256(manifestBytes),key='ruleout-review-'+digest;
document.querySelectorAll('[data-digest]').forEach(function(e){e.textContent=digest});
function canonical(v){if(Array.isArray(v)){return'['+v.map(canonical).join(',')+']'}
if(v&&typeof v==='object'){return'{'+Object.keys(v).sort().map(function(k){return JSON.stringify(k)+':'+canonical(v[k])}).join(',')+'}'}
return JSON.stringify(v)}
var UNSEEN=new RegExp('["""
    + UNSEEN.replace("\\", "\\\\")
    + """]','gu');
function clean(text){return text.replace(/\\r\\n?/g,'\\n').replace(UNSEEN,'')}
function picked(name){var e=form.querySelector('input[name="'+name+'"]:checked');return e?e.value:''}
function words(name){return clean(form.elements[name].value)}
function collect(){return{format:'ruleout-review-answers/1',package:digest,review:manifest.review,reviewer:manifest.reviewer,
report:manifest.report,report_digest:manifest.report_digest,root:manifest.root,by:words('by').trim(),dated:form.elements.dated.value,
sections:manifest.sections.map(function(s){return{section:s,agreement:picked('agreement.'+s),adequacy:picked('adequacy.'+s),
says:words('section.'+s)}}),
questions:manifest.questions.map(function(q){return{question:q,reply:picked('reply.'+q),says:words('question.'+q)}}),
remarks:words('remarks')}}
function put(value){form.elements.by.value=value.by||'';form.elements.dated.value=value.dated||'';form.elements.remarks.value=value.remarks||'';
function choose(name,word){form.querySelectorAll('input[name="'+name+'"]').forEach(function(e){e.checked=e.value===word})}
(value.sections||[]).forEach(function(s){if(manifest.sections.indexOf(s.section)<0){return}
choose('agreement.'+s.section,s.agreement);choose('adequacy.'+s.section,s.adequacy);form.elements['section.'+s.section].value=s.says||''});
(value.questions||[]).forEach(function(q){if(manifest.questions.indexOf(q.question)<0){return}
choose('reply.'+q.question,q.reply);form.elements['question.'+q.question].value=q.says||''});
form.querySelectorAll('textarea').forEach(grow)}
function missing(){var out=[];form.querySelectorAll('fieldset[data-ask]').forEach(function(f){
if(!f.querySelector('input:checked')){out.push(f)}});['by','dated'].forEach(function(n){
if(!words(n).trim()){out.push(form.elements[n].closest('.field'))}});return out}
function count(){var all=form.querySelectorAll('fieldset[data-ask]').length+2,left=missing().length;
bar.textContent=(all-left)+' of '+all+' answered';part.max=all;part.value=all-left;next.hidden=!left;return left}
function show(m){m.querySelector('input').focus();m.scrollIntoView({block:'center'})}
function grow(t){t.style.height='auto';t.style.height=(t.scrollHeight+2)+'px'}
function keep(){try{localStorage.setItem(key,canonical(collect()));note.textContent='Draft kept in this browser.'}
catch(e){note.textContent='This browser keeps no draft; save the file before you close the page.'}}
function changed(e){form.querySelectorAll('.missing').forEach(function(m){if(m.contains(e.target)){m.classList.remove('missing')}});
if(e.target.tagName==='TEXTAREA'){grow(e.target)}count();keep()}
form.addEventListener('input',changed);
function save(name,type,data){var url=URL.createObjectURL(new Blob([data],{type:type})),a=document.createElement('a');
a.href=url;a.download=name;document.body.appendChild(a);a.click();a.remove();setTimeout(function(){URL.revokeObjectURL(url)},60000)}
function saved(e){e.preventDefault();form.querySelectorAll('.missing').forEach(function(m){m.classList.remove('missing')});
var left=missing(),told=document.getElementById('told');
if(left.length){left.forEach(function(m){m.classList.add('missing')});
told.textContent=left.length+' still to answer; “cannot say” is an answer. The first is marked and in view.';told.className='bad';
show(left[0]);return}
var value=collect(),text=canonical(value);
save('answers-'+manifest.review+'-'+manifest.reviewer+'.json','application/json',text);
told.textContent='Saved. Send the file back; its SHA-256 is '+sha256(new TextEncoder().encode(text))+'.';told.className='good'}
form.addEventListener('submit',saved);
next.addEventListener('click',function(){var left=missing();if(left.length){show(left[0])}});
document.getElementById('forget').addEventListener('click',function(){try{localStorage.removeItem(key)}catch(e){}
form.reset();form.querySelectorAll('textarea').forEach(grow);count();note.textContent='Draft forgotten.'});
document.getElementById('go-on').addEventListener('change',function(e){var file=e.target.files[0];if(!file){return}
var reader=new FileReader();reader.onload=function(){try{var value=JSON.parse(reader.result);
if(value.package!==digest){throw new Error('another package')}put(value);count();keep();note.textContent='Read from '+file.name+'.'}
catch(error){note.textContent='Not read: these are no answers to this package.'}e.target.value=''};reader.readAsText(file)});
document.querySelectorAll('[data-save]').forEach(function(b){b.addEventListener('click',function(){
save(b.getAttribute('data-name'),'application/octet-stream',bytes('sealed-'+b.getAttribute('data-save')))})});
try{var old=localStorage.getItem(key);if(old){put(JSON.parse(old));note.textContent='Draft restored.'}}catch(e){}
count();
var check=document.getElementById('bundle-check'),bundle=bytes('sealed-bundle');
function told(d){var same=d===manifest.bundle;check.className=same?'good':'bad';
check.textContent=same?'Digest checked here: the record in this file is the one that the package names. Not checked here: signatures, proofs, '+
'and whether this package is the one that was registered; use the verifier for the first two and compare the package’s digest for the last.':
'The record in this file is NOT the one that the package names. Do not rely on it.'}
if(window.crypto&&crypto.subtle){crypto.subtle.digest('SHA-256',bundle).then(function(d){told(hex(d))},function(){told(sha256(bundle))})}
else if(bundle.length<16777216){told(sha256(bundle))}else{check.textContent='This browser cannot check the digest of so large a record.'}
addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true});
form.querySelectorAll('textarea').forEach(grow)});
document.querySelectorAll('.needs-script').forEach(function(e){e.hidden=false});
})();
"""
)
